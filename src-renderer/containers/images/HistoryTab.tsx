import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { formatBytes, formatTime } from '../../parts/quantities.ts';
import { Table } from '../../parts/Table.tsx';
import { imageTitle } from './image-references.ts';
import { useImageDetail } from './useImageDetail.ts';

const COLUMNS = [{ label: 'Step' }, { label: 'Size', isNumber: true }, { label: 'When' }];

/** The steps that made it, newest first; those that only changed its settings too. */
export function HistoryTab({ image }: { image: ContainerImageView }) {
  const { data, error } = useImageDetail(image.id);
  if (error) return <FailureNotice failure={toFailure(error, `look at image ${imageTitle(image)}`)} />;
  if (data === undefined) return null;
  if (data.history.length === 0) return <p className="section-empty">It does not say how it was made.</p>;
  return (
    <Table columns={COLUMNS}>
      {data.history.map(({ createdBy, comment, sizeBytes, createdAt }, index) => (
        <tr key={data.history.length - index}>
          <td className="history-step">
            <code>{createdBy || '–'}</code>
            {comment !== '' && <small className="cell-small">{comment}</small>}
          </td>
          <td className="number">{sizeBytes === 0 ? '–' : formatBytes(sizeBytes)}</td>
          <td className="figure history-time">{createdAt === null ? '–' : formatTime(createdAt)}</td>
        </tr>
      ))}
    </Table>
  );
}
