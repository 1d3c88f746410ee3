/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role, jsx-a11y/prefer-tag-over-role */
import type { ComponentProps } from 'react';

/**
 * A table whose rows become cards on a phone. Browsers forget that a table is one as soon as its parts get another
 * `display`, so every part says its role itself.
 */
export function Table({ className = '', ...props }: ComponentProps<'table'>) {
  return <table role="table" className={`w-full border-collapse max-sm:block ${className}`} {...props} />;
}

/** On a phone the cards name their parts themselves; the head is kept for screen readers. */
export function Head({ children }: ComponentProps<'thead'>) {
  return (
    <thead role="rowgroup" className="max-sm:sr-only">
      <tr role="row" className="border-b border-line">
        {children}
      </tr>
    </thead>
  );
}

export function HeadCell({ className = '', ...props }: ComponentProps<'th'>) {
  return <th scope="col" role="columnheader" className={`th ${className}`} {...props} />;
}

export function Body({ className = '', ...props }: ComponentProps<'tbody'>) {
  return <tbody role="rowgroup" className={`max-sm:block ${className}`} {...props} />;
}

export function Row(props: ComponentProps<'tr'>) {
  return <tr role="row" {...props} />;
}

export function RowHead({ className = '', scope = 'row', ...props }: ComponentProps<'th'>) {
  return <th scope={scope} role="rowheader" className={`text-left font-normal ${className}`} {...props} />;
}

export function Cell(props: ComponentProps<'td'>) {
  return <td role="cell" {...props} />;
}
