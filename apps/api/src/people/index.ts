export { ManagerDirectory } from './manager-directory';
export { PeopleModule, ProfilesModule } from './people.module';
export { ActiveOrInactive, PersonStatus, type StatusOfPerson } from './person-status';
export { profileState } from './person-row';
export { type ProfileMapper, Profiles } from './profiles';
