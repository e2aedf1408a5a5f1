import { toFailure } from '../../src-core/contract/failures.ts';
import { FailureNotice } from '../parts/Failure.tsx';
import { MirrorSetting } from './MirrorSetting.tsx';
import { ToggleSetting } from './ToggleSetting.tsx';
import { useSettings, useSettingsChange } from './useSettings.ts';

/** How images come to be, and how machines start from them: the service's affair, whichever window asks. */
export function ImageSettings() {
  const { data, error } = useSettings();
  const change = useSettingsChange();
  if (error) return <FailureNotice failure={toFailure(error, 'read the settings')} />;
  if (data === undefined) return null;
  return (
    <>
      <MirrorSetting settings={data} />
      <ToggleSetting
        label="Quick start"
        hint="Each image is booted once in the background; new machines go on from there instead of booting."
        on={data.quickStart}
        onChange={(quickStart) => change.mutate({ quickStart })}
      />
      {change.error && <FailureNotice failure={toFailure(change.error, 'change the settings')} />}
    </>
  );
}
