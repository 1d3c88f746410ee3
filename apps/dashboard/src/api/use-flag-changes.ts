import { useMutation, useQueryClient } from '@tanstack/react-query';
import { copy } from '../copy.ts';
import { useToast } from '../ui/toast.tsx';
import { useTRPC, useTRPCClient } from './client.ts';
import { problemOf } from './errors.ts';
import type { Flag } from './types.ts';

/** Puts a flag's newest version wherever it is shown. */
export function useShowFlag(environment: string): (flag: Flag) => void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return (flag) => {
    queryClient.setQueryData(trpc.flags.get.queryKey({ environment, key: flag.key }), flag);
    queryClient.setQueryData(trpc.flags.list.queryKey({ environment }), (list) =>
      list === undefined
        ? list
        : { ...list, flags: list.flags.map((one) => (one.key === flag.key ? flag : one)) },
    );
    void queryClient.invalidateQueries(trpc.experiments.pathFilter());
  };
}

/** The switch: it moves at once, offers to undo, and goes back when the server says no. */
export function useSwitchFlag(environment: string): (flag: Flag, enabled: boolean) => void {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const show = useShowFlag(environment);
  const toast = useToast();

  const { mutate } = useMutation({
    mutationFn: ({ flag, enabled }: { flag: Flag; enabled: boolean; undo: boolean }) =>
      client.flags.update.mutate({
        environment,
        key: flag.key,
        expectedVersion: flag.version,
        change: { enabled },
      }),
    onMutate: async ({ flag, enabled }) => {
      await queryClient.cancelQueries(trpc.flags.pathFilter());
      show({ ...flag, enabled });
    },
    onSuccess: (saved, { enabled, undo }) => {
      show(saved);
      if (undo) return;
      toast({
        text: enabled ? copy.flags.toastOn(saved.name) : copy.flags.toastOff(saved.name),
        tone: enabled ? 'positive' : 'neutral',
        action: { label: copy.flags.undo, run: () => mutate({ flag: saved, enabled: !enabled, undo: true }) },
      });
    },
    onError: (error, { flag }) => {
      const problem = problemOf(error);
      show(flag);
      void queryClient.invalidateQueries(trpc.flags.pathFilter());
      if (problem.kind === 'unauthorized') return;
      toast({
        text:
          problem.kind === 'conflict'
            ? copy.flags.conflict(flag.name)
            : copy.flags.failed(flag.name, problem.message),
        tone: 'negative',
      });
    },
  });
  return (flag, enabled) => mutate({ flag, enabled, undo: false });
}
