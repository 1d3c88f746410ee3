import express, { Router } from 'express';
import { z } from 'zod';
import { findApiKey } from '@liftgate/storage';
import { SESSION_COOKIE } from './auth.ts';
import { sendError } from './http-error.ts';
import type { Services } from './services.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const bodySchema = z.strictObject({ key: z.string().min(1).max(200) });

/** `POST /session {key}` lets a browser use an API key through an httpOnly cookie; `DELETE /session` ends that. */
export function sessionRoute({ redis, installation }: Services): Router {
  const router = Router();
  router.post('/session', express.json({ limit: '10kb' }), async (request, response) => {
    const body = bodySchema.safeParse(request.body);
    if (!body.success) return sendError(response, 400, 'invalid', 'key: must be an API key');
    const key = await findApiKey(redis, installation.keys, body.data.key);
    if (key === null) return sendError(response, 401, 'unauthorized', 'key: not a key of this installation');
    response.cookie(SESSION_COOKIE, body.data.key, {
      httpOnly: true,
      sameSite: 'strict',
      secure: request.secure,
      path: '/',
      maxAge: 7 * DAY_MS,
    });
    return response.status(204).end();
  });
  router.delete('/session', (_request, response) => {
    response.clearCookie(SESSION_COOKIE, { httpOnly: true, sameSite: 'strict', path: '/' });
    response.status(204).end();
  });
  return router;
}
