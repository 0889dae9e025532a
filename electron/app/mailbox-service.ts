import { DATA_GRADES, type DataGrade } from '../../shared/domain/mailboxes.ts';
import type { BatchSeen, MigrationService, StatisticsSeen } from '../engines/mailboxes/index.ts';
import {
  createBatch, ensureEndpoint, orderMigration, readBatch, readEndpoints, readFigures, readRecipientsByAddress, readUser, readUsers, testMigrationServer, type ExchangeGateway, type MigrationBatch, type MigrationFigures,
} from '../engines/tenant/index.ts';

const gradeIn = (text: string): DataGrade => DATA_GRADES.find((one) => one !== '' && one.toLowerCase() === text.toLowerCase()) ?? '';
const batchSeen = (batch: MigrationBatch): BatchSeen => ({ ...batch, grade: gradeIn(batch.grade) });
const statisticsSeen = (figures: MigrationFigures): StatisticsSeen => ({ ...figures, grade: gradeIn(figures.grade) });

/** The migration service of Exchange Online as the batches use it. */
export function migrationService(exchange: ExchangeGateway): MigrationService {
  return {
    testConnection: (settings, secret, signal) => testMigrationServer(exchange, settings, secret, signal),
    endpoints: (signal) => readEndpoints(exchange, signal),
    ensureEndpoint: (name, settings, secret, signal) => ensureEndpoint(exchange, name, settings, secret, signal),
    createBatch: async (batch, signal) => batchSeen(await createBatch(exchange, batch, signal)),
    async batch(name, signal) {
      const batch = await readBatch(exchange, name, signal);
      return batch === undefined ? undefined : batchSeen(batch);
    },
    users: (name, signal) => readUsers(exchange, name, signal),
    user: (address, signal) => readUser(exchange, address, signal),
    async statistics(address, signal) {
      const figures = await readFigures(exchange, address, signal);
      return figures === undefined ? undefined : statisticsSeen(figures);
    },
    start: (name) => orderMigration(exchange, 'Start-MigrationBatch', name),
    stop: (name) => orderMigration(exchange, 'Stop-MigrationBatch', name),
    removeBatch: (name) => orderMigration(exchange, 'Remove-MigrationBatch', name),
    startUser: (address) => orderMigration(exchange, 'Start-MigrationUser', address),
    stopUser: (address) => orderMigration(exchange, 'Stop-MigrationUser', address),
    removeUser: (address) => orderMigration(exchange, 'Remove-MigrationUser', address),
    recipients: (addresses, signal) => readRecipientsByAddress(exchange, addresses, signal),
  };
}
