import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet } from '@tanstack/react-router';
import { useTRPC } from '../api/client.ts';
import { QueryView } from '../ui/query-view.tsx';

export function Root() {
  return <Outlet />;
}

/** `/` goes to the environment that the server says is meant. */
export function Home() {
  const info = useQuery(useTRPC().system.info.queryOptions());
  return (
    <main className="mx-auto max-w-3xl p-5">
      <QueryView query={info} what="Liftgate" skeleton={null}>
        {({ defaultEnvironment }) => (
          <Navigate to="/$env/experiments" params={{ env: defaultEnvironment }} replace />
        )}
      </QueryView>
    </main>
  );
}
