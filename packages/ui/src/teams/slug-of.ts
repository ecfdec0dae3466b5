const charsMax = 54

/** What a team of this name would be called where only small letters, digits and hyphens may stand. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, charsMax)
    .replace(/-$/, '')
