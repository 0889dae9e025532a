import type { Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { isAddress } from '../../app/project-place.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';

/** The place of a new project, from the two options that name one. @throws AppError INVALID_INPUT unless exactly one of them does. */
function newPlace({ file, postgres }: { readonly file?: string; readonly postgres?: string }): string {
  const place = file ?? postgres;
  if (place === undefined || (file !== undefined && postgres !== undefined)) throw appError(ErrorCode.InvalidInput, 'Say where the project is to be: --file FILE for this machine, or --postgres ADDRESS for many.');
  if (postgres !== undefined && !isAddress(postgres)) throw appError(ErrorCode.InvalidInput, 'The address of a project on PostgreSQL begins with postgres://, e.g. postgres://causeway@db.example.com/migration.');
  return place;
}

/** `causeway project ...`: create, info, rename, copy, move. */
export function addProjectCommands(program: Command, run: Run): void {
  const project = program.command('project').description('create, describe, rename, copy and move projects');
  project.command('create').description('create a project: a file on this machine, or a schema of a PostgreSQL database for many machines').option('--file <file>', 'new project file')
    .option('--postgres <address>', 'postgres://user@host:port/database?schema=name; the schema is made (default: causeway)').requiredOption('--name <name>', 'name of the project')
    .addHelpText('after', `
The password of PostgreSQL comes from PGPASSWORD, or once with the address, after which it is kept with the other secrets of this machine.
The way to another machine is encrypted and its certificate checked, unless the address says sslmode=disable.
Example:
  causeway project create --file contoso.causeway --name "Contoso to the cloud"
  causeway project create --postgres "postgres://causeway@db.example.com/migration?schema=contoso" --name "Contoso to the cloud"`)
    // As a function, so that a wrong use is reported like every other error.
    .action((o: { file?: string; postgres?: string; name: string }) => run({ needs: 'create', file: () => newPlace(o), name: o.name }, async (session) => {
      const info = await session.call('project.get', {});
      session.out.result(info, [`Created project "${info.name}" in ${info.file}.`]);
      return EXIT.ok;
    }));
  project.command('info').description('show the open project').addHelpText('after', '\nExample:\n  causeway --project contoso.causeway project info --json')
    .action(() => run({ needs: 'project' }, async (session) => {
      const info = await session.call('project.get', {});
      const statistics = await session.call('statistics.get', {});
      session.out.result({ ...info, statistics }, [
        `Project    ${info.name}${info.demo ? ' (demo)' : ''}`, `File       ${info.file}`, `Schema     ${info.schemaVersion}`, `Secrets    ${info.secrets}`, `Log        ${info.logFolder}`,
        `Objects    ${statistics.total}`, ...Object.entries(statistics.byProgress).filter(([, n]) => n > 0).map(([status, n]) => `           ${n} ${status}`),
      ]);
      return EXIT.ok;
    }));
  project.command('rename').description('rename the project').argument('<name>').action((name: string) => run({ needs: 'project' }, async (session) => {
    const info = await session.call('project.rename', { name });
    session.out.result(info, [`The project is now "${info.name}".`]);
    return EXIT.ok;
  }));
  project.command('copy').alias('export').description('write a consistent copy of the project file, also while it is in use (export, backup); a project on PostgreSQL has pg_dump').argument('<file>', 'new file')
    .action((file: string) => run({ needs: 'project' }, async (session) => {
      const copy = await session.call('project.copy', { file });
      session.out.result(copy, [`Copied to ${copy.file}.`]);
      return EXIT.ok;
    }));
  project.command('move').description('move the project from its file to PostgreSQL or back to a file, without loss; nobody may be at work in it').requiredOption('--to <place>', 'postgres://user@host:port/database?schema=name, or a new file')
    .addHelpText('after', `
Every table is read again in its new place and compared. The old project stays as it was, and says where it went when somebody opens it.
Example:
  causeway --project contoso.causeway project move --to "postgres://causeway@db.example.com/migration?schema=contoso"
  causeway --project "postgres://causeway@db.example.com/migration?schema=contoso" project move --to contoso-2.causeway`)
    .action((o: { to: string }) => run({ needs: 'project' }, async (session) => {
      const { file } = await session.call('project.get', {});
      const moved = await session.call('project.move', { to: o.to });
      const filled = moved.tables.filter((table) => table.rows > 0);
      session.out.result({ from: file, ...moved }, [
        `Moved "${moved.project.name}" from ${file} to ${moved.project.file}.`, `${moved.rows} rows of ${filled.length} tables arrived as they were sent.`,
        ...(moved.secrets.length === 0 ? [] : ['Secrets are not in a project. Other machines that work with it need these in their own secret store:', ...moved.secrets.map((name) => `  ${name}`)]),
      ]);
      return EXIT.ok;
    }));
}
