import { Suspense, lazy, type ComponentType, type ReactNode } from 'react';

// What most visits never see comes when it is needed.
export const Empty = later(() => import('./empty.tsx').then(({ Empty }) => Empty));
export const NearestNames = later(() =>
  import('./nearest-names.tsx').then(({ NearestNames }) => NearestNames),
);
export const UseIt = later(
  () => import('./use-it.tsx').then(({ UseIt }) => UseIt),
  <div className="h-56 rounded-control bg-well" />,
);

function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  fallback: ReactNode = null,
): ComponentType<Props> {
  const Component = lazy(() => load().then((component) => ({ default: component })));
  return (props) => (
    <Suspense fallback={fallback}>
      <Component {...props} />
    </Suspense>
  );
}
