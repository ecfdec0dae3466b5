import type { Page } from 'playwright-core'

type Role = Parameters<Page['getByRole']>[0]

const tabsMax = 120

/** Somebody without a mouse: all that is done is done by keys, and where the keys go is seen. */
export const createKeyboard = (page: Page) => {
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const isOn = async (role: Role, name: RegExp): Promise<boolean> =>
    (await page.getByRole(role, { name }).and(page.locator(':focus')).count()) > 0
  const faults: string[] = []
  /** Where somebody stops, they see that they are there. */
  const look = async (where: string): Promise<void> => {
    if (!(await page.evaluate(isFocusSeen))) faults.push(`nothing shows that the keys go to ${where}`)
  }
  return {
    press,
    type: (text: string) => page.keyboard.type(text),
    /** Tab by tab, as long as it takes to where somebody wants to be. */
    tabTo: async (role: Role, name: RegExp): Promise<void> => {
      for (let tabs = 0; tabs < tabsMax; tabs += 1) {
        await press('Tab')
        if (!(await isOn(role, name))) continue
        await look(`${role} ${name}`)
        return
      }
      throw new Error(`no Tab leads to ${role} ${name}`)
    },
    /** Where the keys go is where they should go by now, without a Tab. */
    waitUntilOn: async (role: Role, name: RegExp): Promise<void> => {
      await page.getByRole(role, { name }).and(page.locator(':focus')).waitFor()
      await look(`${role} ${name}`)
    },
    faults,
  }
}

/** In the page: whether what has the focus, or what it stands in, is outlined and in sight. */
const isFocusSeen = `(() => {
  const focused = document.activeElement
  if (focused === null || focused === document.body || !focused.matches(':focus-visible')) return false
  const { top, bottom, left, right } = focused.getBoundingClientRect()
  if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth) return false
  for (let at = focused, depth = 0; at !== null && depth < 3; at = at.parentElement, depth += 1) {
    const { outlineStyle, outlineWidth } = getComputedStyle(at)
    if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) return true
  }
  return false
})()`

/** In every page that is opened: whether anybody used a mouse. */
export const watchMouse = `window.mouse = []
for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'wheel'])
  window.addEventListener(kind, () => window.mouse.push(kind), { capture: true, passive: true })`
