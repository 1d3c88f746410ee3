import { useEffect, useState } from 'react';
import { useLive } from '../api/live.tsx';
import { copy } from '../copy.ts';
import { Notice } from '../ui/notice.tsx';

/** Said only when the stream has been lost for a while and this computer says that it has no network. */
export function Offline() {
  const live = useLive();
  const online = useOnline();
  if (online || live === 'live') return null;
  return (
    <div className="mb-5">
      <Notice tone="warning" title={copy.state.offline} announce />
    </div>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return online;
}
