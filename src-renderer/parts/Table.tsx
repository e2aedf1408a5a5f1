import type { KeyboardEvent, ReactNode } from 'react';

/** A column's head. */
export interface Column {
  readonly label: string;
  /** Its cells have the class "number". */
  readonly isNumber?: boolean;
  /** Only read out. */
  readonly isHidden?: boolean;
}

interface TableProps {
  readonly columns: readonly Column[];
  /** Its rows. */
  readonly children: ReactNode;
  /** Keys that are pressed in a row. */
  onKeyDown?(event: KeyboardEvent<HTMLElement>): void;
}

/** A table with one row of heads. */
export function Table({ columns, children, onKeyDown }: TableProps) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ label, isNumber, isHidden }) => (
              <th key={label} scope="col" className={isNumber ? 'number' : undefined}>
                {isHidden ? <span className="visually-hidden">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>{children}</tbody>
      </table>
    </div>
  );
}
