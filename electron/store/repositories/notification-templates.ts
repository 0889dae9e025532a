import type { TemplateName } from '../../../shared/domain/notifications.ts';
import type { Context } from '../context.ts';

/** A template that somebody wrote, for the project or for one agent; empty text switches the message off. */
export interface TemplateRecord { readonly scope: string; readonly name: TemplateName; readonly text: string; readonly changedAt: number; readonly changedBy: string }

/** Scope of templates that hold for every agent without one of its own. */
export const PROJECT_TEMPLATES = 'project';

/** Templates of notifications that differ from those that came with the program. */
export interface NotificationTemplatesRepository {
  /** Those of the project and, with an id, of that agent. */
  of(agentId: string | undefined): Promise<readonly TemplateRecord[]>;
  /** Keeps one; the one before is replaced. */
  set(template: TemplateRecord): Promise<void>;
  /** Removes one, when it is there. */
  remove(scope: string, name: TemplateName): Promise<void>;
}

/** Makes the repository of templates. */
export function notificationTemplatesRepository({ db }: Context): NotificationTemplatesRepository {
  return {
    of: async (agentId) => (await db.selectFrom('notification_template').selectAll().where('scope', 'in', [PROJECT_TEMPLATES, ...(agentId === undefined ? [] : [agentId])]).orderBy('scope').orderBy('name').execute())
      .map((row) => ({ scope: row.scope, name: row.name as TemplateName, text: row.content, changedAt: row.changed_at, changedBy: row.changed_by })),
    set: async ({ scope, name, text, changedAt, changedBy }) => {
      const values = { content: text, changed_at: changedAt, changed_by: changedBy };
      await db.insertInto('notification_template').values({ scope, name, ...values }).onConflict((conflict) => conflict.columns(['scope', 'name']).doUpdateSet(values)).execute();
    },
    remove: async (scope, name) => { await db.deleteFrom('notification_template').where('scope', '=', scope).where('name', '=', name).execute(); },
  };
}
