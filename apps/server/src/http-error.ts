import type { ErrorRequestHandler, Request, Response } from 'express';
import { explain, type StorageError } from '@liftgate/storage';

/** Every error of a plain route is JSON: `{ error: { code, message } }`. */
export function sendError(response: Response, status: number, code: string, message: string): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  response.status(status).json({ error: { code, message } });
}

export function sendStorageError(response: Response, error: StorageError): void {
  if (error.code === 'failed') {
    console.error(error.message, error.cause);
    return sendError(response, 500, 'internal', 'internal error');
  }
  response.setHeader('retry-after', '1');
  sendError(response, 503, error.code, error.message);
}

/** What body parsing and routing throw, as JSON; never a stack. */
export const handleError: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error);
  const status = statusOf(error);
  if (status === 404) return sendError(response, 404, 'not_found', 'nothing here');
  if (status === 413)
    return sendError(response, 413, 'too_large', `body: must hold at most ${limitOf(error)}, uncompressed`);
  if (status === 415)
    return sendError(
      response,
      415,
      'unsupported_encoding',
      'content-encoding: must be gzip, deflate, br or identity',
    );
  if (isZlibError(error))
    return sendError(response, 400, 'undecodable', `body: cannot be unpacked as ${encodingOf(request)}`);
  if (status >= 400 && status < 500)
    return sendError(response, status, 'bad_request', error instanceof Error ? error.message : 'bad request');
  // Anything else came from the store, or is a bug, which the log keeps.
  sendStorageError(response, explain(error));
};

/** gzip and deflate fail with `Z_…`, brotli with `ERR__ERROR_…`. */
function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(Z|ERR__ERROR)_/.test(String(error.code));
}

function encodingOf(request: Request): string {
  return JSON.stringify(request.get('content-encoding') ?? 'identity').slice(1, -1);
}

/** The limit of the route that refused, which body-parser puts into the error. */
function limitOf(error: unknown): string {
  const bytes = typeof error === 'object' && error !== null && 'limit' in error ? Number(error.limit) : 0;
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MB` : `${bytes / 1024} kB`;
}

function statusOf(error: unknown): number {
  if (typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number')
    return error.status;
  return 500;
}
