const graphemes = new Intl.Segmenter();

/** Columns side by side, the first to the left, numbers to the right; two spaces between, four before. */
export function textTable(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))));
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
      return left.includes(column) ? cell + gap : gap + cell;
    });
    return `    ${cells.join('  ')}`.trimEnd();
  });
}

function widthOf(text: string): number {
  return Array.from(graphemes.segment(text)).length;
}
