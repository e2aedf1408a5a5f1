import type { HostView } from '../../src-core/contract/host.ts';

/** The ports of this computer that Innkeeper or a guest holds. */
export function Ports({ ports }: { ports: HostView['network']['ports'] }) {
  return (
    <section className="stack-tight">
      <h2 className="section-title">Ports</h2>
      {ports.length === 0 ? (
        <p className="faint">Neither Innkeeper nor a guest listens on a port of this computer.</p>
      ) : (
        <div className="table-box">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Address</th>
                <th scope="col">Port</th>
                <th scope="col">Held by</th>
              </tr>
            </thead>
            <tbody>
              {ports.map(({ address, port, protocol, owner }) => (
                <tr key={`${protocol} ${address} ${port}`}>
                  <td>
                    <code>{address}</code>
                  </td>
                  <td className="figure">
                    {port}/{protocol}
                  </td>
                  <td>{owner}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
