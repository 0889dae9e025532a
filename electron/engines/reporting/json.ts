import { moment, shownValues, type ExportedOperation, type PlanExporter, type Section, type SectionRows } from './types.ts';

const KEYS: Readonly<Record<Section, string>> = { 'operations': 'operations', 'left out': 'leftOut', 'findings': 'findings', 'waiting': 'waiting' };

function shown<S extends Section>(section: S, row: SectionRows[S]): unknown {
  if (section !== 'operations') return row;
  const operation = row as ExportedOperation;
  return { ...operation, changes: operation.changes.map((c) => ({ ...c, before: shownValues(c.attribute, c.before), after: shownValues(c.attribute, c.after) })) };
}

/** One JSON object for programs: `plan`, `operations` (each change with its provenance), `leftOut`, `findings`, `waiting`; one row a line. */
export const jsonExporter: PlanExporter = {
  extension: 'json', mediaType: 'application/json', sections: ['operations', 'left out', 'findings', 'waiting'],
  begin: (header) => `{\n"plan": ${JSON.stringify({ ...header, createdAt: moment(header.createdAt), exportedAt: moment(header.exportedAt) })}`,
  open: (section) => `,\n"${KEYS[section]}": [`,
  page: (section, rows, first) => rows.map((row, i) => `${first && i === 0 ? '' : ','}\n${JSON.stringify(shown(section, row))}`).join(''),
  close: () => '\n]',
  end: () => '\n}\n',
};
