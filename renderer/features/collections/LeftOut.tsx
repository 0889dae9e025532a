import { Accordion, AccordionHeader, AccordionItem, AccordionPanel, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import { useCall } from '../../app/api.ts';
import { Section } from '../../ui/Section.tsx';
import { count } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

/** Objects that were to be in the collection and are out of scope, with the clause that excluded them. Nothing when there are none. */
export function LeftOutSection({ collection }: { readonly collection: Collection }): ReactNode {
  const l = useLayout();
  const left = useCall('collections.leftOut', { id: collection.id });
  if (!left.data || left.data.total === 0) return null;
  const { total, groups, rows } = left.data;
  return (
    <Section title={`Left out of the collection (${count(total)})`}>
      <Text size={200} className={l.muted}>{collection.kind === 'dynamic' ? 'These objects fit the scope and are never in step with the tenant. A discovery takes them in when the reason is gone.' : 'These objects were among those to be added, and are never migrated. Add them again when the reason is gone.'}</Text>
      <table className={l.plainTable} aria-label="Reasons">
        <thead><tr><th scope="col">Objects</th><th scope="col">Type</th><th scope="col">Excluded because</th></tr></thead>
        <tbody>{groups.map((g) => <tr key={`${g.type} ${g.clause}`}><td className={l.number}>{count(g.count)}</td><td>{g.type}</td><td>{g.reason}</td></tr>)}</tbody>
      </table>
      <Accordion collapsible>
        <AccordionItem value="names">
          <AccordionHeader>Show the objects</AccordionHeader>
          <AccordionPanel>
            <table className={l.plainTable} aria-label="Objects left out">
              <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Excluded because</th><th scope="col">Distinguished name</th></tr></thead>
              <tbody>{rows.map((r) => <tr key={r.id}><td>{r.name}</td><td>{r.type}</td><td>{r.reason}</td><td>{r.dn}</td></tr>)}</tbody>
            </table>
            {total > rows.length ? <Text size={200}>{`And ${count(total - rows.length)} more; "causeway collection left-out" counts all of them.`}</Text> : null}
          </AccordionPanel>
        </AccordionItem>
      </Accordion>
    </Section>
  );
}
