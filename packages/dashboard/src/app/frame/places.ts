import {
  Activity,
  Boxes,
  ChartNoAxesColumn,
  ClipboardList,
  KeyRound,
  LayoutDashboard,
  Server,
  ShieldCheck,
  Users,
} from '@lucide/vue'
import type { Component } from 'vue'

/** A page that the rail leads to. */
export interface Place {
  /** Of its route. */
  readonly name: string
  readonly says: string
  readonly icon: Component
  /** Whether only admins have it. */
  readonly admins?: boolean
}

/** In groups: what happens, what is governed, who is here, what it runs on. */
export const placesFor = (isAdmin: boolean): readonly (readonly Place[])[] =>
  (
    [
      [
        { name: 'overview', says: 'Overview', icon: LayoutDashboard, admins: true },
        { name: 'events', says: 'Events', icon: Activity, admins: true },
        { name: 'analytics', says: isAdmin ? 'Analytics' : 'Activity', icon: ChartNoAxesColumn },
      ],
      [
        { name: 'servers', says: 'Servers', icon: Server },
        { name: 'access', says: 'Access control', icon: ShieldCheck },
      ],
      [
        { name: 'teams', says: 'Teams', icon: Users },
        { name: 'keys', says: 'Keys', icon: KeyRound },
      ],
      [
        { name: 'operations', says: 'Operations', icon: ClipboardList, admins: true },
        { name: 'platform', says: 'Platform', icon: Boxes, admins: true },
      ],
    ] satisfies Place[][]
  )
    .map((group: Place[]) => group.filter(({ admins }) => isAdmin || !admins))
    .filter(({ length }) => length > 0)
