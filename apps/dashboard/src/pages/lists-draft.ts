import type { FlagLists } from '../api/types.ts';

export type Side = 'allow' | 'block';
export type Kind = 'tenants' | 'users';
export type ListName = `${Side}.${Kind}`;

/**
 * What a person wants changed, list by list, and not the lists as they would be: so it still applies after somebody
 * else has changed them.
 */
export interface ListsDraft {
  readonly added: Readonly<Partial<Record<ListName, readonly string[]>>>;
  readonly removed: Readonly<Partial<Record<ListName, readonly string[]>>>;
}

export const NO_DRAFT: ListsDraft = { added: {}, removed: {} };
const SIDES: readonly Side[] = ['allow', 'block'];
const KINDS: readonly Kind[] = ['tenants', 'users'];
const MAX_ID_LENGTH = 256;
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

export interface Typed {
  readonly ids: readonly string[];
  readonly tooLong: number;
  readonly control: number;
}

/** Ids out of what was typed or pasted: one per line, or with commas, semicolons or tabs between them. */
export function idsIn(text: string): Typed {
  const parts = text
    .split(/[\n\r,;\t]+/)
    .map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
    .filter((part) => part !== '');
  const short = parts.filter((part) => part.length <= MAX_ID_LENGTH);
  const ids = short.filter((part) => !CONTROL_CHARACTER.test(part));
  return { ids: [...new Set(ids)], tooLong: parts.length - short.length, control: short.length - ids.length };
}

export function listOf(lists: FlagLists, name: ListName): readonly string[] {
  const [side, kind] = name.split('.') as [Side, Kind];
  return lists[side][kind];
}

/** The list with the draft's changes; what is new comes first, where it can be seen. */
export function edited(lists: FlagLists, draft: ListsDraft, name: ListName): string[] {
  const removed = new Set(draft.removed[name]);
  const saved = listOf(lists, name);
  const present = new Set(saved);
  const added = (draft.added[name] ?? []).filter((id) => !present.has(id));
  return [...added.toReversed(), ...saved.filter((id) => !removed.has(id))];
}

/** The lists to be saved: in the order in which ids were added. */
export function applied(lists: FlagLists, draft: ListsDraft): FlagLists {
  const list = (side: Side, kind: Kind) => {
    const name: ListName = `${side}.${kind}`;
    const removed = new Set(draft.removed[name]);
    const kept = lists[side][kind].filter((id) => !removed.has(id));
    const present = new Set(kept);
    return [...kept, ...(draft.added[name] ?? []).filter((id) => !present.has(id))];
  };
  return {
    allow: { tenants: list('allow', 'tenants'), users: list('allow', 'users') },
    block: { tenants: list('block', 'tenants'), users: list('block', 'users') },
  };
}

export function add(
  lists: FlagLists,
  draft: ListsDraft,
  name: ListName,
  ids: readonly string[],
): { draft: ListsDraft; already: number } {
  const removed = new Set(draft.removed[name]);
  const saved = new Set(listOf(lists, name));
  const before = draft.added[name] ?? [];
  const waiting = new Set(before);
  const fresh = ids.filter((id) => !saved.has(id) && !waiting.has(id));
  const back = ids.filter((id) => removed.has(id));
  return {
    draft: {
      added: { ...draft.added, [name]: [...before, ...fresh] },
      removed: { ...draft.removed, [name]: [...removed].filter((id) => !back.includes(id)) },
    },
    already: ids.length - fresh.length - back.length,
  };
}

export function remove(lists: FlagLists, draft: ListsDraft, name: ListName, id: string): ListsDraft {
  const added = (draft.added[name] ?? []).filter((one) => one !== id);
  const removed = draft.removed[name] ?? [];
  return {
    added: { ...draft.added, [name]: added },
    removed: listOf(lists, name).includes(id)
      ? { ...draft.removed, [name]: [...removed, id] }
      : draft.removed,
  };
}

export function pending(lists: FlagLists, draft: ListsDraft): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const side of SIDES) {
    for (const kind of KINDS) {
      const name: ListName = `${side}.${kind}`;
      const saved = new Set(listOf(lists, name));
      added += (draft.added[name] ?? []).filter((id) => !saved.has(id)).length;
      removed += (draft.removed[name] ?? []).filter((id) => saved.has(id)).length;
    }
  }
  return { added, removed };
}

/** Ids that are on both lists of one kind. */
export function clashes(lists: FlagLists): string[] {
  return KINDS.flatMap((kind) => {
    const blocked = new Set(lists.block[kind]);
    return lists.allow[kind].filter((id) => blocked.has(id));
  });
}
