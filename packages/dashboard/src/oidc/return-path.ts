/** Only to a page of ours, and home from anywhere else: what follows a sign-in is not for a link to choose. */
export const returnPathOf = (wanted: unknown): string => {
  if (typeof wanted !== 'string' || wanted.length > pathCharsMax || !/^\/(?![/\\])/.test(wanted)) return '/'
  // As browsers read it: without the white space within, which may hide a second slash.
  const url = URL.parse(wanted, nowhere)
  if (url?.origin !== nowhere || /^\/[/\\]/.test(url.pathname)) return '/'
  return `${url.pathname}${url.search}${url.hash}`
}

const pathCharsMax = 1024
const nowhere = 'https://dashboard.invalid'
