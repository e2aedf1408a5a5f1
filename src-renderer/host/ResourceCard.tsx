import type { HostView } from '../../src-core/contract/host.ts';
import { Bar } from '../parts/Bar.tsx';
import type { Resource } from './resources.ts';

export function ResourceCard({ resource, host }: { resource: Resource; host: HostView }) {
  const { key, label, icon: Icon, format } = resource;
  const { total, promised, used, usedByAll } = host[key];
  return (
    <section className="resource" aria-label={label}>
      <h2 className="resource-title">
        <Icon size={16} aria-hidden /> {label}
        <span className="resource-total">{format(total)}</span>
      </h2>
      <Bar
        label={`${label} used on this computer`}
        text={`${format(usedByAll)} of ${format(total)} used, ${format(promised)} promised to guests`}
        value={usedByAll}
        behind={promised}
        total={total}
      />
      <dl className="resource-figures">
        <div>
          <dt>Used by all</dt>
          <dd>{format(usedByAll)}</dd>
        </div>
        <div>
          <dt>By guests</dt>
          <dd>{format(used)}</dd>
        </div>
        <div>
          <dt>Promised</dt>
          <dd>{format(promised)}</dd>
        </div>
      </dl>
      {key === 'disk' && <code className="resource-path">{host.disk.path}</code>}
    </section>
  );
}
