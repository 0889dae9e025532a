import path from 'node:path';
import type { Handlers } from '../ipc/router.ts';
import type { ProjectInfo, ProjectMove } from '../../shared/contracts/project.ts';
import { placeOf } from './project-place.ts';
import type { Services } from './services.ts';

/** What the project use cases need besides the services. */
export interface ProjectContext { readonly version: string; readonly logFolder: string; switchTo(file: string, create: { readonly name: string } | null): Promise<ProjectInfo>; moveTo(place: string): Promise<ProjectMove> }

/** Describes the open project. */
export async function projectInfo(services: Services, context: Pick<ProjectContext, 'version' | 'logFolder'>): Promise<ProjectInfo> {
  const project = await services.store.project.get();
  return {
    id: project.id, name: project.name, file: services.store.file, createdAt: project.createdAt, demo: project.demo, version: context.version, schemaVersion: services.store.schemaVersion,
    secrets: services.secrets.protection(), logFolder: context.logFolder,
  };
}

/** Channels of the project, its agents and its secrets. */
export function projectHandlers(services: Services, context: ProjectContext): Pick<Handlers, 'project.get' | 'project.rename' | 'project.copy' | 'project.move' | 'project.open' | 'project.create' | 'secrets.set'> {
  return {
    'project.get': async () => await projectInfo(services, context),
    async 'project.rename'({ name }) {
      await services.store.project.rename(name);
      services.emit('store.changed', { nouns: ['project'] });
      return await projectInfo(services, context);
    },
    async 'project.copy'({ file }) {
      const full = path.resolve(file);
      await services.store.copyTo(full);
      return { file: full };
    },
    'project.move': async ({ to }) => await context.moveTo(placeOf(to)),
    'project.open': async ({ file }) => await context.switchTo(placeOf(file), null),
    'project.create': async ({ file, name }) => await context.switchTo(placeOf(file), { name }),
    async 'secrets.set'({ ref, value }) {
      await services.secrets.set(ref, value);
      return { done: true };
    },
  };
}
