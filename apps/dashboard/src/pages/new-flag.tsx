import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useTRPC } from '../api/client.ts';
import { fieldMessages, problemOf } from '../api/errors.ts';
import { copy } from '../copy.ts';
import { useEnvironment } from '../layout/use-system.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToast } from '../ui/toast.tsx';

const text = copy.newFlag;
const FLAG_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Name, key, owner, unit: enough to start. It begins at Off, so nothing happens to anybody yet. */
export function NewFlag({ onClose }: { onClose: () => void }) {
  const environment = useEnvironment();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [description, setDescription] = useState('');
  const [owner, setOwner] = useState('');
  const [unit, setUnit] = useState<'user' | 'tenant'>('user');
  const [tried, setTried] = useState(false);
  const key = ownKey ?? keyFrom(name);

  const create = useMutation(
    trpc.flags.create.mutationOptions({
      onSuccess: (flag) => {
        void queryClient.invalidateQueries(trpc.flags.pathFilter());
        void queryClient.invalidateQueries(trpc.experiments.pathFilter());
        toast({ text: text.created(flag.name), tone: 'positive' });
        void navigate({ to: '/$env/flags/$key', params: { env: environment, key: flag.key } });
      },
    }),
  );
  const problem = create.error === null ? null : problemOf(create.error);
  const nameError = tried && name.trim() === '' ? text.needName : null;
  const keyError =
    tried && !FLAG_KEY.test(key)
      ? text.badKey
      : problem?.kind === 'conflict'
        ? text.taken
        : problem?.kind === 'invalid'
          ? (fieldMessages(problem.fields, ['key'])[0] ?? null)
          : null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '' || !FLAG_KEY.test(key)) return;
    create.mutate({ environment, key, name: name.trim(), description, owner, unit });
  };

  return (
    <Dialog open onClose={onClose} title={text.title} lead={text.lead}>
      <form className="mt-5 grid gap-4" onSubmit={submit} noValidate>
        <Field label={text.name} error={nameError}>
          {(props) => (
            <input
              {...props}
              className="field"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={text.key} hint={text.keyHint} error={keyError}>
          {(props) => (
            <input
              {...props}
              className="field font-mono"
              value={key}
              spellCheck={false}
              onChange={(event) => setOwnKey(event.target.value)}
            />
          )}
        </Field>
        <Field label={text.description}>
          {(props) => (
            <textarea
              {...props}
              rows={2}
              className="field"
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={text.owner}>
            {(props) => (
              <input
                {...props}
                className="field"
                value={owner}
                onChange={(event) => setOwner(event.target.value)}
              />
            )}
          </Field>
          <Field label={text.unit}>
            {(props) => (
              <select
                {...props}
                className="field"
                value={unit}
                onChange={(event) => setUnit(event.target.value === 'tenant' ? 'tenant' : 'user')}
              >
                <option value="user">{text.units.user}</option>
                <option value="tenant">{text.units.tenant}</option>
              </select>
            )}
          </Field>
        </div>
        {problem !== null && keyError === null && <Notice tone="negative" title={problem.message} announce />}
        <div className="mt-1 flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="button button-primary" disabled={create.isPending}>
            {text.create}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | null;
  readonly children: (props: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}

function Field({ label, hint, error = null, children }: FieldProps) {
  const id = useId();
  const says = error ?? hint;
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-[13px] font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': says === undefined ? undefined : `${id}-says`,
        'aria-invalid': error !== null,
      })}
      {says !== undefined && (
        <p
          id={`${id}-says`}
          className={`text-[12.5px] ${error === null ? 'text-ink-3' : 'font-medium text-neg'}`}
        >
          {says}
        </p>
      )}
    </div>
  );
}

/** "Smart follow-up texts" → "smart_follow_up_texts" */
function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 128);
}
