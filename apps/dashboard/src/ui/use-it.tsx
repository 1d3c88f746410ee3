import { Snippet } from './snippet.tsx';
import { snippetCode, type SnippetFor } from './snippet-code.ts';

/** The code that asks one flag, ready to copy. */
export function UseIt(props: SnippetFor) {
  return <Snippet code={snippetCode(props)} />;
}
