import type { ReactNode } from 'react';

/** A column's head. */
export interface Column {
  readonly label: string;
  /** Its cells have the class "number". */
  readonly isNumber?: boolean;
  /** Only read out. */
  readonly isHidden?: boolean;
}

/** A table with one row of heads. @param children its rows */
export function Table({ columns, children }: { columns: readonly Column[]; children: ReactNode }) {
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
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
