import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useId, useState, type FormEvent } from 'react';
import { copy } from '../copy.ts';

const route = getRouteApi('/login');
const text = copy.login;

/** One field: the API key becomes a session that lives in an httpOnly cookie. */
export function Login() {
  const { next = '/' } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const id = useId();

  const logIn = async () => {
    setSending(true);
    setProblem(null);
    try {
      const response = await fetch('/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: key.trim() }),
      });
      if (response.ok) {
        queryClient.clear();
        router.history.push(next);
        return;
      }
      setProblem(response.status === 401 || response.status === 400 ? text.wrong : text.unreachable);
    } catch {
      setProblem(text.unreachable);
    } finally {
      setSending(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void logIn();
  };

  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form className="panel w-full max-w-[400px] p-6" onSubmit={submit} noValidate>
        <h1 className="text-[22px] leading-7 font-[660] tracking-[-0.018em]">{text.title}</h1>
        <p className="mt-1.5 text-ink-2">{text.lead}</p>
        <label htmlFor={id} className="mt-5 mb-1.5 block text-[13px] font-medium">
          {text.key}
        </label>
        <input
          id={id}
          type="password"
          autoComplete="current-password"
          className="field font-mono"
          value={key}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-says`}
          onChange={(event) => setKey(event.target.value)}
        />
        <p id={`${id}-says`} role="alert" className="mt-1.5 min-h-5 text-[13px] font-medium text-neg">
          {problem}
        </p>
        <button
          type="submit"
          className="button button-primary mt-3 w-full"
          disabled={sending || key.trim() === ''}
        >
          {text.submit}
        </button>
        <p className="mt-4 text-[13px] text-ink-2">{text.where}</p>
      </form>
    </main>
  );
}
