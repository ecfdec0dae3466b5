import { computed } from 'vue'
import { type Subject, subjectText } from '../governed/governed.ts'
import { useTeams } from './use-teams.ts'

/** A team by the name that people know it by, where one may know it. */
export const useTeamName = () => {
  const { data } = useTeams()
  const slugs = computed(() => new Map((data.value?.teams ?? []).map(({ id, slug }) => [id, slug])))
  return (id: string): string => slugs.value.get(id) ?? id
}

/** Whom something speaks of, with its team by name. */
export const useSubjectText = () => {
  const nameOf = useTeamName()
  return (subject: Subject): string =>
    subjectText({ ...subject, teamID: subject.teamID && nameOf(subject.teamID) })
}
