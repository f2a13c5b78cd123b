export {
  conditionAttributes,
  MANAGER,
  type Manager,
  type ManagerLookup,
  managerReference,
  type MappedProfile,
  type Profile,
  ProfileMapping,
  type ProfileValue,
  withManager,
} from './profile-mapping';
export { type AppValue, type Conflict, ProfileHistory, type ProfileState, type Step } from './profile-history';
