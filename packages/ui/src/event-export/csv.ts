/**
 * What spreadsheets take for the beginning of a formula, in whatever width it is written. A producer may call a tool
 * `=cmd|…`, and a file of events is opened by just those who are to look at that.
 */
const formula = /^[\s\0]*[=+\-@＝＋－＠\t\r]/

const cellText = (value: string | number | undefined): string => {
  if (typeof value === 'number') return String(value)
  const text = formula.test(value ?? '') ? `'${value}` : (value ?? '')
  return /[",\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A record by RFC 4180, that no spreadsheet computes anything from. */
export const csvLine = (cells: readonly (string | number | undefined)[]): string =>
  `${cells.map(cellText).join(',')}\r\n`
