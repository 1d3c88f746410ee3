import { Suspense, lazy, type ComponentProps } from 'react';

// What most visits never see comes when it is needed.
const EmptyLater = lazy(() => import('./empty.tsx').then((module) => ({ default: module.Empty })));
const NearestNamesLater = lazy(() =>
  import('./nearest-names.tsx').then((module) => ({ default: module.NearestNames })),
);

const UseItLater = lazy(() => import('./use-it.tsx').then((module) => ({ default: module.UseIt })));

export function UseIt(props: ComponentProps<typeof UseItLater>) {
  return (
    <Suspense fallback={<div className="h-56 rounded-control bg-well" />}>
      <UseItLater {...props} />
    </Suspense>
  );
}

export function Empty(props: ComponentProps<typeof EmptyLater>) {
  return (
    <Suspense fallback={null}>
      <EmptyLater {...props} />
    </Suspense>
  );
}

export function NearestNames(props: ComponentProps<typeof NearestNamesLater>) {
  return (
    <Suspense fallback={null}>
      <NearestNamesLater {...props} />
    </Suspense>
  );
}
