import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';

/** `causeway project ...`: create, info, rename, copy. */
export function addProjectCommands(program: Command, run: Run): void {
  const project = program.command('project').description('create, describe, rename and copy project files');
  project.command('create').description('create a project file').requiredOption('--file <file>', 'new project file').requiredOption('--name <name>', 'name of the project')
    .addHelpText('after', '\nExample:\n  causeway project create --file contoso.causeway --name "Contoso to the cloud"')
    .action((o: { file: string; name: string }) => run({ needs: 'create', file: o.file, name: o.name }, async (session) => {
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
  project.command('copy').alias('export').description('write a consistent copy of the project file, also while it is in use (export, backup)').argument('<file>', 'new file')
    .action((file: string) => run({ needs: 'project' }, async (session) => {
      const copy = await session.call('project.copy', { file });
      session.out.result(copy, [`Copied to ${copy.file}.`]);
      return EXIT.ok;
    }));
}
