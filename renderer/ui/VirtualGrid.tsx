import { Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, TableSelectionCell } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useGridStyles } from './grid-styles.ts';
import { ordered, rangeKeys, type GridSelection } from './grid-selection.ts';

/** One column. `width` in pixels; the columns with `grow` share what is left. */
export interface GridColumn<Row> {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly grow?: boolean;
  /** Name under which the data can be sorted by this column; absent: not sortable. */
  readonly sort?: string;
  readonly render: (row: Row) => ReactNode;
}

interface GridProps<Row> {
  readonly label: string;
  readonly rowCount: number;
  /** The row at an index, or undefined while it is not read yet. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly keyOf: (row: Row) => string;
  readonly columns: readonly GridColumn<Row>[];
  readonly rowHeight?: number;
  /** `multi`: check boxes, Space, Shift, Ctrl+A. `single`: the focused row is the chosen one. */
  readonly mode: 'multi' | 'single';
  readonly selection: GridSelection;
  readonly onSelect: (selection: GridSelection) => void;
  /** Reads the rows between two indexes, both included, for a Shift selection over rows that are not read yet. The promise of a failure is the caller's to show: undefined selects nothing. */
  readonly readRange?: (first: number, last: number) => Promise<readonly Row[] | undefined>;
  /** Enter or double click. */
  readonly onOpen?: (row: Row) => void;
  /** Right click, Shift+F10 or the menu key; coordinates of the window. */
  readonly onMenu?: (at: { readonly x: number; readonly y: number }) => void;
  readonly sort?: { readonly by: string; readonly direction: 'ascending' | 'descending' };
  readonly onSort?: (by: string) => void;
  /** Tells which rows are on screen, so that their pages are read. */
  readonly onRange?: (first: number, last: number) => void;
}

const HEADER = 36;

interface LineProps<Row> {
  readonly row: Row | undefined;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly columns: readonly GridColumn<Row>[];
  readonly multi: boolean;
}

function LineOf<Row>({ row, index, top, height, selected, active, columns, multi }: LineProps<Row>): ReactNode {
  const s = useGridStyles();
  return (
    <TableRow aria-rowindex={index + 2} aria-selected={selected} tabIndex={active ? 0 : -1} data-index={index} className={s.line} appearance={selected ? 'brand' : 'none'}
      style={{ transform: `translateY(${top}px)`, height }}>
      {multi ? <TableSelectionCell checked={selected} className={s.check} checkboxIndicator={{ 'aria-label': 'Select row', tabIndex: -1 }} /> : null}
      {columns.map((column) => (
        <TableCell key={column.id} className={s.cell} style={{ flex: `${column.grow ? 1 : 0} 0 ${column.width}px` }}><span className={s.text}>{row === undefined ? '…' : column.render(row)}</span></TableCell>
      ))}
    </TableRow>
  );
}
const Line = memo(LineOf) as typeof LineOf;

/**
 * A grid of any number of rows of which only those on screen exist. Focus is kept by row index, not by element: it
 * survives scrolling, and Ctrl+End reaches the last of 100 000 rows. One tab stop.
 */
export function VirtualGrid<Row>(p: GridProps<Row>): ReactNode {
  'use no memo';
  const s = useGridStyles();
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  /** Number of the newest choice: reading a range takes a while, and an older one must not win. */
  const asked = useRef(0);
  const height = p.rowHeight ?? 36;
  const multi = p.mode === 'multi';
  const v = useVirtualizer({ count: p.rowCount, getScrollElement: () => scroll.current, estimateSize: () => height, overscan: 8, scrollMargin: HEADER, scrollPaddingStart: HEADER });
  const items = v.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { onRange } = p;
  useEffect(() => { onRange?.(first, last); }, [onRange, first, last]);
  const focused = Math.max(0, Math.min(active, p.rowCount - 1));

  const focus = useCallback((index: number): void => {
    setActive(index);
    v.scrollToIndex(index);
    // The row may exist only after the next frame: scroll first, then focus.
    requestAnimationFrame(() => requestAnimationFrame(() => scroll.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true })));
  }, [v]);

  const isSelected = (row: Row | undefined): boolean => row !== undefined && (p.selection.mode === 'ids') === p.selection.keys.has(p.keyOf(row));
  const selectRange = async (to: number): Promise<void> => {
    const mine = ++asked.current;
    const known = rangeKeys(anchor.current, to, p.rowAt, p.keyOf);
    const keys = known ?? (await p.readRange?.(...ordered(anchor.current, to)))?.map(p.keyOf);
    // Another choice since then counts, not this one.
    if (keys !== undefined && asked.current === mine) p.onSelect({ mode: 'ids', keys: new Set(keys) });
  };
  const choose = (index: number, how: 'only' | 'toggle' | 'range'): void => {
    if (how === 'range' && multi) { void selectRange(index); return; }
    const row = p.rowAt(index);
    if (row === undefined) return;
    asked.current++;
    const key = p.keyOf(row);
    anchor.current = index;
    if (how === 'only' || !multi) { p.onSelect({ mode: 'ids', keys: new Set([key]) }); return; }
    const keys = new Set(p.selection.keys);
    if (!keys.delete(key)) keys.add(key);
    p.onSelect({ mode: p.selection.mode, keys });
  };
  const allSelected = p.rowCount > 0 && (p.selection.mode === 'all except' ? p.selection.keys.size === 0 : p.selection.keys.size >= p.rowCount);
  const selectAll = (mode: GridSelection['mode']): void => { asked.current++; p.onSelect({ mode, keys: new Set() }); };
  const toggleAll = (): void => selectAll(allSelected ? 'ids' : 'all except');

  const onKey = (e: KeyboardEvent): void => {
    if ((e.target as HTMLElement).closest('[role="columnheader"]')) return;
    const pageRows = Math.max(1, Math.floor(((scroll.current?.clientHeight ?? 400) - HEADER) / height) - 1);
    const step = ({ ArrowDown: 1, ArrowUp: -1, PageDown: pageRows, PageUp: -pageRows } as Readonly<Record<string, number>>)[e.key];
    const next = step !== undefined ? Math.min(p.rowCount - 1, Math.max(0, focused + step)) : e.key === 'Home' ? 0 : e.key === 'End' ? p.rowCount - 1 : undefined;
    if (next !== undefined && p.rowCount > 0) {
      e.preventDefault();
      focus(next);
      if (multi && e.shiftKey) choose(next, 'range');
      else if (!multi) choose(next, 'only');
    } else if (e.key === ' ') {
      e.preventDefault();
      choose(focused, multi ? (e.shiftKey ? 'range' : 'toggle') : 'only');
    } else if (e.key === 'Enter' && !e.altKey && p.onOpen) {
      const row = p.rowAt(focused);
      if (row !== undefined) { e.preventDefault(); p.onOpen(row); }
    } else if (multi && e.key.toLowerCase() === 'a' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      selectAll('all except');
    } else if (p.onMenu && (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey))) {
      e.preventDefault();
      const row = p.rowAt(focused);
      if (row !== undefined && !isSelected(row)) choose(focused, 'only');
      const box = scroll.current?.querySelector(`[data-index="${focused}"]`)?.getBoundingClientRect();
      if (box) p.onMenu({ x: box.left + 48, y: box.bottom });
    }
  };
  const indexOf = (e: MouseEvent): number | null => {
    const text = (e.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index'];
    return text === undefined ? null : Number(text);
  };
  const onClick = (e: MouseEvent): void => {
    const index = indexOf(e);
    if (index === null) return;
    setActive(index);
    const onBox = (e.target as HTMLElement).closest('.fui-TableSelectionCell') !== null;
    choose(index, multi && e.shiftKey ? 'range' : multi && (onBox || e.ctrlKey || e.metaKey) ? 'toggle' : 'only');
  };
  const onContextMenu = (e: MouseEvent): void => {
    const index = indexOf(e);
    if (index === null || !p.onMenu) return;
    e.preventDefault();
    setActive(index);
    if (!isSelected(p.rowAt(index))) choose(index, 'only');
    p.onMenu({ x: e.clientX, y: e.clientY });
  };
  const onDoubleClick = (e: MouseEvent): void => {
    const index = indexOf(e);
    const row = index === null ? undefined : p.rowAt(index);
    if (row !== undefined) p.onOpen?.(row);
  };
  const width = p.columns.reduce((sum, column) => sum + column.width, multi ? 44 : 0);
  return (
    <div ref={scroll} className={s.scroll} role="grid" tabIndex={-1} aria-label={p.label} aria-rowcount={p.rowCount + 1} aria-multiselectable={multi} onKeyDown={onKey} onClick={onClick} onDoubleClick={onDoubleClick} onContextMenu={onContextMenu}>
      <Table noNativeElements role="presentation" className={s.table} style={{ minWidth: width }}>
        <TableHeader className={s.header}>
          <TableRow className={s.headerRow} aria-rowindex={1}>
            {multi ? <TableSelectionCell className={s.check} checked={allSelected ? true : p.selection.mode === 'all except' || p.selection.keys.size > 0 ? 'mixed' : false}
              checkboxIndicator={{ 'aria-label': 'Select all' }} onClick={toggleAll} /> : null}
            {p.columns.map((column) => (
              <TableHeaderCell key={column.id} className={s.headerCell} style={{ flex: `${column.grow ? 1 : 0} 0 ${column.width}px` }} sortable={column.sort !== undefined}
                {...(column.sort !== undefined && p.sort?.by === column.sort ? { sortDirection: p.sort.direction } : {})}
                {...(column.sort !== undefined ? { onClick: () => p.onSort?.(column.sort ?? '') } : {})}>{column.title}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={s.body} style={{ height: v.getTotalSize() }}>
          {items.map((item) => (
            <Line key={item.key} index={item.index} row={p.rowAt(item.index)} top={item.start - HEADER} height={height} columns={p.columns} multi={multi}
              selected={isSelected(p.rowAt(item.index))} active={item.index === focused} />
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
