import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** A row as the migration service gets it. Absent values make no column. */
export interface ServiceRow { readonly address: string; readonly secret?: string | undefined; readonly force?: boolean | undefined }

/**
 * The CSV that New-MigrationBatch takes (ExchangeOnlineManagement cmdlet reference, New-MigrationBatch, CSVData), UTF-8. A column is there for every row or for none.
 * @throws AppError INTERNAL when rows differ in what they have.
 */
export function serviceCsv(rows: readonly ServiceRow[]): Uint8Array {
  const [first] = rows;
  const secrets = first?.secret !== undefined;
  const forces = first?.force !== undefined;
  if (rows.some((row) => (row.secret !== undefined) !== secrets || (row.force !== undefined) !== forces)) throw appError(ErrorCode.Internal, 'Some rows of the batch have a password or ForceChangePassword and others have not; nothing was sent.');
  const lines = [['EmailAddress', ...(secrets ? ['Password'] : []), ...(forces ? ['ForceChangePassword'] : [])], ...rows.map((row) => [row.address, ...(secrets ? [row.secret ?? ''] : []), ...(forces ? [row.force === true ? 'True' : 'False'] : [])])];
  return new TextEncoder().encode(`${lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`);
}

const quoted = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
