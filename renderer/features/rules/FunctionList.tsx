import { SearchBox } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';

/** Every function of the expression language with what it does and an example. */
export function FunctionList(): ReactNode {
  const l = useLayout();
  const [text, setText] = useState('');
  const functions = useCall('expressions.functions', {});
  if (functions.error) return <ErrorView error={errorData(functions.error)} onRetry={() => { void functions.refetch(); }} />;
  if (!functions.data) return <Loading label="Reading the functions…" />;
  const rows = functions.data.rows.filter((f) => `${f.name} ${f.description}`.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <section className={l.tight} aria-label="Functions">
      <SearchBox size="small" aria-label="Search functions" placeholder="Name or what it does" value={text} onChange={(_, d) => setText(d.value)} />
      <ScrollBox label="List of functions" height="low">
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Function</th><th scope="col">What it does</th><th scope="col">Example</th></tr></thead>
          <tbody>{rows.map((f) => <tr key={f.name}><td className={l.mono}>{f.signature}</td><td>{f.description}</td><td className={l.mono}>{`${f.example} → ${f.result}`}</td></tr>)}</tbody>
        </table>
        {rows.length === 0 ? <p>No function fits.</p> : null}
      </ScrollBox>
    </section>
  );
}
