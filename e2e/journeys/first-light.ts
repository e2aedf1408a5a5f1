import type { Page } from 'playwright';
import { expect } from 'vitest';
import { typeLine, waitForPrompt } from '../window/console.ts';
import type { TakeShot } from '../window/shots.ts';
import { toolbarButton, waitForState } from '../window/toolbar.ts';
import { createAndStart } from './create-and-start.ts';

async function useShell(page: Page, shot: TakeShot): Promise<void> {
  await waitForPrompt(page);
  await shot('prompt');
  await typeLine(page, 'uname -m; echo $((6*7))', /^riscv64\n42$/m);
  await shot('answers');
}

async function pauseAndResume(page: Page, shot: TakeShot): Promise<void> {
  await toolbarButton(page, 'Pause').click();
  await waitForState(page, 'Paused');
  await shot('paused');
  await toolbarButton(page, 'Resume').click();
  await waitForState(page, 'Running');
  await typeLine(page, 'echo on-$((40+2))-again', /^on-42-again$/m);
  await shot('resumed');
}

async function stopAndDelete(page: Page, name: string, shot: TakeShot): Promise<void> {
  await toolbarButton(page, 'Stop').click();
  await waitForState(page, 'Stopped');
  await shot('stopped');
  await toolbarButton(page, 'Delete').click();
  await page.getByText(`Machine ${name} is deleted`).waitFor();
  await expect.poll(() => page.locator('.machine-name').count()).toBe(0);
  await shot('deleted');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.machine-name', { hasText: name }).waitFor();
  await shot('undone');
}

async function deleteForGood(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).click();
  await toolbarButton(page, 'Delete').click();
  await page.getByText(`Machine ${name} is deleted`).waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).last().click();
  await page.getByText('No machines yet').waitFor();
}

/** The whole of first light, as a person does it. */
export async function firstLight(page: Page, shot: TakeShot): Promise<void> {
  await page.getByText('No machines yet').waitFor();
  await shot('empty');
  const name = await createAndStart(page, shot);
  await useShell(page, shot);
  await pauseAndResume(page, shot);
  await stopAndDelete(page, name, shot);
  await deleteForGood(page, name);
}
