import { z } from 'zod'
import { bytesOf } from '../render/bytes.ts'
import { pairsMax, text } from './fields.ts'

const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*'
const qualified = new RegExp(
  `^((?=.{1,253}/)${subdomain}/)?(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`,
)
const labelValue = /^(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/
/** Of all keys and values. One of them may hold the whole object as `kubectl apply` last saw it. */
const annotationBytesMax = 256 * 1024

/** What an API server would refuse of these is refused here: files that are kept here are what `kubectl apply` takes. */
const marks = (what: string, valueCharsMax: number, isKey: (key: string) => boolean) =>
  z
    .record(text(), text(valueCharsMax))
    .refine((value) => Object.keys(value).length <= pairsMax, `more than ${pairsMax} pairs`)
    .check(({ value, issues }) => {
      for (const key of Object.keys(value).filter((one) => !isKey(one))) {
        const message = `the key of ${what} is a name such as "team" or "example.com/team"`
        issues.push({ code: 'custom', input: value, path: [key], message })
      }
    })

export const labels = marks('a label', 63, (key) => qualified.test(key))
  .check(({ value, issues }) => {
    for (const [key, one] of Object.entries(value).filter(([, one]) => !labelValue.test(one))) {
      const message =
        'the value of a label has letters, digits, -, _ and . only, and begins and ends with a letter or digit'
      issues.push({ code: 'custom', input: one, path: [key], message })
    }
  })
  .optional()

export const annotations = marks('an annotation', annotationBytesMax, (key) =>
  qualified.test(key.toLowerCase()),
)
  .refine(
    (value) =>
      Object.entries(value)
        .flat()
        .reduce((sum, one) => sum + bytesOf(one), 0) <= annotationBytesMax,
    `annotations have more than ${annotationBytesMax} bytes in all`,
  )
  .optional()
