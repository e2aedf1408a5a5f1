/** Where a folder of this computer is proposed to be in a guest: "/mnt/work" for "/home/ada/work" or "D:\\work\\". */
export function guestDirectoryFor(hostDirectory: string): string {
  const name = hostDirectory
    .trim()
    .split(/[/\\]/)
    .findLast((part) => part !== '');
  const plain = (name ?? '').replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  return plain === '' ? '' : `/mnt/${plain}`;
}
