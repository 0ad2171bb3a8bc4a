import type { ComponentChildren } from "preact";
import type { Order } from "../logic/sort";

export interface Column<Row> {
  /** Of the column; what it is sorted by, when `sortable`. */
  key: string;
  title: string;
  hint?: string;
  sortable?: boolean;
  /** Numbers stand on the right, so that their digits stand below each other. */
  right?: boolean;
  wide?: boolean;
  render: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string | number;
  /** Where a row leads; its first cell is the link. */
  href?: (row: Row) => string;
  sort?: string | undefined;
  order?: Order | undefined;
  onSort?: (key: string, order: Order) => void;
  empty?: ComponentChildren;
  mark?: (row: Row) => string;
}

/** A table whose rows are reached by Tab or the arrow keys, and whose order is a link away. */
export function Table<Row>({ label, columns, rows, id, href, sort, order, onSort, empty, mark }: TableProps<Row>) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      <table onKeyDown={walk}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sorted={sort === column.key ? (order ?? "up") : null} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)} class={mark?.(row) ?? ""}>
              {columns.map((column, at) => (
                <td key={column.key} class={`${column.right ? "right" : ""} ${column.wide ? "wide" : ""}`}>
                  {at === 0 && href ? (
                    <a class="row" href={href(row)}>
                      {column.render(row)}
                    </a>
                  ) : (
                    column.render(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="nothing">{empty ?? "Nothing here."}</p>}
    </div>
  );
}

function Head<Row>({ column, sorted, onSort }: { column: Column<Row>; sorted: Order | null; onSort: TableProps<Row>["onSort"] }) {
  const sortable = column.sortable && onSort;
  // Numbers begin with the largest, names with the first.
  const next: Order = sorted === null ? (column.right ? "down" : "up") : sorted === "up" ? "down" : "up";
  return (
    <th scope="col" class={column.right ? "right" : ""} title={column.hint} aria-sort={sorted === null ? undefined : sorted === "up" ? "ascending" : "descending"}>
      {sortable ? (
        <button type="button" class="sort" onClick={() => onSort(column.key, next)}>
          {column.title}
          <span aria-hidden="true" class="arrow">
            {sorted === "up" ? "▲" : sorted === "down" ? "▼" : ""}
          </span>
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

/** The arrow keys go from row to row. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("tbody a.row")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (step === 0 || at < 0) return;
  event.preventDefault();
  links[at + step]?.focus();
}

/** From which to which of how many; for lists whose pages the server makes. */
export function Pager({ total, offset, limit, onMove }: { total: number; offset: number; limit: number; onMove: (offset: number) => void }) {
  const to = Math.min(total, offset + limit);
  const format = new Intl.NumberFormat("en-US").format;
  return (
    <nav class="pager" aria-label="Pages of the list">
      <button type="button" disabled={offset === 0} onClick={() => onMove(0)} aria-label="First page">
        «
      </button>
      <button type="button" disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - limit))} aria-label="Page before">
        ‹
      </button>
      <span>
        {total === 0 ? "none" : `${format(offset + 1)}–${format(to)} of ${format(total)}`}
      </span>
      <button type="button" disabled={to >= total} onClick={() => onMove(offset + limit)} aria-label="Next page">
        ›
      </button>
      <button type="button" disabled={to >= total} onClick={() => onMove(Math.floor(Math.max(0, total - 1) / limit) * limit)} aria-label="Last page">
        »
      </button>
    </nav>
  );
}
