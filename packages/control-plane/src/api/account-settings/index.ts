import { deleteAccountSetting } from './delete-account-setting.js';
import { listAccountSettings } from './list-account-settings.js';
import { putAccountSetting, putAccountSettingDefault } from './put-account-setting.js';

export const accountSettingOperations = {
  DeleteAccountSetting: deleteAccountSetting,
  ListAccountSettings: listAccountSettings,
  PutAccountSetting: putAccountSetting,
  PutAccountSettingDefault: putAccountSettingDefault,
} as const;
