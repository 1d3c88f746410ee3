import { Link } from '@tanstack/react-router';
import { copy } from '../copy.ts';
import { Statement } from '../ui/query-view.tsx';

export function NoPage() {
  return (
    <div className="mx-auto max-w-3xl">
      <Statement heading title={copy.state.notFound.page}>
        <Link to="/" className="button button-primary">
          {copy.state.notFound.all(copy.nav.experiments.toLowerCase())}
        </Link>
      </Statement>
    </div>
  );
}

export function NoPageAlone() {
  return (
    <main className="p-5">
      <NoPage />
    </main>
  );
}
