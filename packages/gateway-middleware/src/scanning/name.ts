import { CASE_BIT } from './bytes.ts'
import { foldName, isAscii } from './fold.ts'
import { type Member, otherMember, type Place } from './place.ts'
import { fail, type NameSets, nameIn, type ScanCode, shown, type Walk } from './walk.ts'

/** So many names of one object are compared one by one; from then on sets are quicker. */
const comparedMax = 16

/**
 * The member that begins with the name between two quotes, or undefined where the name is refused: no other in its object
 * may be the same, and where names decide what a message means, none may be nearly another, or nearly one that matters.
 * `base` is where the names of its object begin among those of the walk.
 */
export const memberNamed = (
  walk: Walk,
  place: Place | undefined,
  base: number,
  open: number,
  close: number,
): Member | undefined => {
  const member = place === undefined ? otherMember : memberOf(walk, place, open, close)
  if (member === undefined) return undefined
  if (member.bit !== 0) return isFirst(walk, member.bit) ? member : refuseTwice(walk, open, close)
  const isCompared =
    walk.isPlain && walk.namesTop - base < comparedMax * 2 && walk.sets[walk.depth] === undefined
  const isNew = isCompared
    ? isNewAmongFew(walk, place, base, open, close)
    : isNewAmongMany(walk, place, base, open, close)
  return isNew ? member : undefined
}

const isFirst = ({ seen, depth }: Walk, bit: number): boolean => {
  const before = seen[depth] as number
  seen[depth] = before | bit
  return (before & bit) === 0
}

/** The member that a name is of. Undefined, and refused, where it is nearly one that matters. */
const memberOf = (walk: Walk, place: Place, open: number, close: number): Member | undefined => {
  if (!walk.isPlain || place.byLength === undefined) return memberByName(walk, place, open, close)
  const length = close - open - 1
  const alike = place.byLength[length]
  if (alike === undefined) return otherMember
  let nearly: Member | undefined
  for (let i = 0; i < alike.length; i++) {
    const member = alike[i] as Member
    const likeness = likenessOf(walk.bytes, open + 1, member.name, 0, length)
    if (likeness === SAME) return member
    if (likeness === FOLDED) nearly = member
  }
  return nearly === undefined ? otherMember : refuseNearly(walk, open, close, `"${nearly.name}"`)
}

const memberByName = (walk: Walk, place: Place, open: number, close: number): Member | undefined => {
  const name = nameIn(walk.bytes, open, close)
  const member = place.byName.get(name)
  if (member !== undefined) return member
  // Some readers leave the character out, to others it ends the name.
  if (name.includes('\0')) return refuse(walk, 'ambiguous_key', open, close, 'has U+0000 in it')
  if (!isAscii(name)) walk.foldedBytes += close - open
  if (walk.foldedBytes > foldedBytesMax) return refuse(walk, 'ambiguous_key', open, close, tooMuchToFold)
  const meant = place.folded.get(foldName(name))
  return meant === undefined ? otherMember : refuseNearly(walk, open, close, JSON.stringify(meant))
}

/** Bytes of names outside of ASCII in one body. Some characters grow eighteenfold, which takes its time. */
const foldedBytesMax = 32_768
const tooMuchToFold = 'comes behind too many names outside of ASCII to be told from each other'

const isNewAmongFew = (
  walk: Walk,
  place: Place | undefined,
  base: number,
  open: number,
  close: number,
): boolean => {
  const { bytes, names } = walk
  const length = close - open
  for (let i = base; i < walk.namesTop; i += 2) {
    const other = names[i] as number
    if ((names[i + 1] as number) - other !== length) continue
    const likeness = likenessOf(bytes, open, bytes, other, length)
    if (likeness === DIFFERENT || (likeness === FOLDED && place === undefined)) continue
    if (likeness === SAME) refuseTwice(walk, open, close)
    else refuseNearly(walk, open, close, shown(walk, other, other + length + 1))
    return false
  }
  names[walk.namesTop] = open
  names[walk.namesTop + 1] = close
  walk.namesTop += 2
  return true
}

const SAME = 0
const FOLDED = 1
const DIFFERENT = 2

/** How two stretches of ASCII compare. */
const likenessOf = (left: Buffer, leftAt: number, right: Buffer, rightAt: number, length: number): number => {
  let likeness = SAME
  for (let i = 0; i < length; i++) {
    const byte = left[leftAt + i] as number
    const difference = byte ^ (right[rightAt + i] as number)
    if (difference === 0) continue
    if (difference !== CASE_BIT || !isLetter(byte | CASE_BIT)) return DIFFERENT
    likeness = FOLDED
  }
  return likeness
}

const isLetter = (lower: number): boolean => lower >= 97 && lower <= 122

const isNewAmongMany = (
  walk: Walk,
  place: Place | undefined,
  base: number,
  open: number,
  close: number,
): boolean => {
  const { exact, folded } = setsFor(walk, place, base)
  const name = nameIn(walk.bytes, open, close)
  const form = place === undefined ? undefined : foldName(name)
  if (exact.has(name)) refuseTwice(walk, open, close)
  else if (form !== undefined && folded.has(form)) refuseNearly(walk, open, close, 'another name')
  exact.add(name)
  if (form !== undefined) folded.add(form)
  return walk.fault === undefined
}

/** The sets of the object that is being read, made of the names that were compared until now. */
const setsFor = (walk: Walk, place: Place | undefined, base: number): NameSets => {
  const known = walk.sets[walk.depth]
  if (known !== undefined) return known
  const sets: NameSets = { exact: new Set(), folded: new Set() }
  for (let i = base; i < walk.namesTop; i += 2) {
    const name = nameIn(walk.bytes, walk.names[i] as number, walk.names[i + 1] as number)
    sets.exact.add(name)
    if (place !== undefined) sets.folded.add(foldName(name))
  }
  walk.sets[walk.depth] = sets
  return sets
}

const refuseTwice = (walk: Walk, open: number, close: number): undefined =>
  refuse(walk, 'duplicate_key', open, close, 'is there twice')

const refuseNearly = (walk: Walk, open: number, close: number, other: string): undefined =>
  refuse(walk, 'ambiguous_key', open, close, `is nearly ${other}`)

const refuse = (walk: Walk, code: ScanCode, open: number, close: number, what: string): undefined => {
  fail(walk, code, open, `${shown(walk, open, close + 1)} ${what}`)
}
