import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { copy } from '../copy.ts';

/** Ends the session; the demo has none. */
export function LogOutButton() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const logOut = async () => {
    await fetch('/session', { method: 'DELETE' });
    queryClient.clear();
    await navigate({ to: '/login' });
  };
  return (
    <button
      type="button"
      className="button button-quiet px-2"
      aria-label={copy.top.logOut}
      title={copy.top.logOut}
      onClick={() => void logOut()}
    >
      <LogOut size={17} aria-hidden="true" />
    </button>
  );
}
