import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTRPC } from '../api/client.ts';

export function useEnvironment(): string {
  return useParams({ from: '/$env' }).env;
}

export function useSystemInfo() {
  return useQuery({ ...useTRPC().system.info.queryOptions(), staleTime: 60_000 });
}

/** Whether this key may change things; until the answer is in, the controls stay usable and the server decides. */
export function useMayEdit(): boolean {
  const { data } = useSystemInfo();
  return data === undefined || data.role === 'admin';
}
