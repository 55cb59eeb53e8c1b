"""The history of what people sign in with: apart, as these tables of other apps need the people first."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from reporting.migrating import CreateTables


class Migration(migrations.Migration):

    replaces = [('reporting', '0025_guards')]

    dependencies = [
        ('reporting', '0002_cache_table'),
        ('account', '0009_emailaddress_unique_primary_email'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
    ]

    operations = [
        CreateTables(operations=[
            migrations.CreateModel(
                name='SignInProvider',
                fields=[
                ],
                options={
                    'verbose_name': "identity provider's account of a person",
                    'verbose_name_plural': "identity providers' accounts of people",
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('socialaccount.socialaccount',),
            ),
            migrations.CreateModel(
                name='SignInProviderEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.IntegerField()),
                    ('provider', models.CharField(max_length=200, verbose_name='provider')),
                    ('uid', models.CharField(max_length=191, verbose_name='uid')),
                    ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='date joined')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.signinprovider')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SignInAddress',
                fields=[
                ],
                options={
                    'verbose_name': 'address to sign in with',
                    'verbose_name_plural': 'addresses to sign in with',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('account.emailaddress',),
            ),
            migrations.CreateModel(
                name='SignInAddressEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.IntegerField()),
                    ('email', models.EmailField(max_length=254, verbose_name='email address')),
                    ('verified', models.BooleanField(default=False, verbose_name='verified')),
                    ('primary', models.BooleanField(default=False, verbose_name='primary')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.signinaddress')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SecondFactor',
                fields=[
                ],
                options={
                    'verbose_name': 'second factor of a person',
                    'verbose_name_plural': 'second factors of people',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('mfa.authenticator',),
            ),
            migrations.CreateModel(
                name='SecondFactorEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('type', models.CharField(choices=[('recovery_codes', 'Recovery codes'), ('totp', 'TOTP Authenticator'), ('webauthn', 'WebAuthn')], max_length=20)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.secondfactor')),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        pgtrigger.migrations.AddTrigger(
            model_name='signinprovider',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='0cf89cf5528e7c8f12a1e0c06af47f0630440a06', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_295ae', table='socialaccount_socialaccount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinprovider',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_signinproviderevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") VALUES (NEW."date_joined", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider", NEW."uid", NEW."user_id"); RETURN NULL;', hash='2f43781e0df267e57032720d9c37b19db87324e8', operation='INSERT', pgid='pgtrigger_insert_insert_4a79d', table='socialaccount_socialaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinprovider',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "reporting_signinproviderevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") VALUES (NEW."date_joined", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider", NEW."uid", NEW."user_id"); RETURN NULL;', hash='444389f537a80e5d18ef50cee681dae0b7c591f0', operation='UPDATE', pgid='pgtrigger_update_update_35d87', table='socialaccount_socialaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinprovider',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_signinproviderevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") VALUES (OLD."date_joined", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider", OLD."uid", OLD."user_id"); RETURN NULL;', hash='025b9e42b8b8b7e54af9dbdf12306e598e31194c', operation='DELETE', pgid='pgtrigger_delete_delete_527a2', table='socialaccount_socialaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinproviderevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='294a97db4f0bef45014cd864f765fb3d008ac315', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_d7f3a', table='reporting_signinproviderevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinproviderevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='50fb3f65b267e790ef6ef9405d7d9a23394b7fc0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_506d9', table='reporting_signinproviderevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddress',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='d0385c1ee7f00fdd2db8eb4dd945c293b4501e33', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_19ac0', table='account_emailaddress', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddress',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."primary", NEW."user_id", NEW."verified"); RETURN NULL;', hash='a6d44e1e901ea3f1cea4b889f9bb689b90ce8141', operation='INSERT', pgid='pgtrigger_insert_insert_ce100', table='account_emailaddress', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddress',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."primary", NEW."user_id", NEW."verified"); RETURN NULL;', hash='876c6b313f5896eb35b9c18e14efc33a515d580d', operation='UPDATE', pgid='pgtrigger_update_update_1cbbd', table='account_emailaddress', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddress',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (OLD."email", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."primary", OLD."user_id", OLD."verified"); RETURN NULL;', hash='d38db605651c6c7b704df6cbde1ac13fd0048e83', operation='DELETE', pgid='pgtrigger_delete_delete_2d414', table='account_emailaddress', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddressevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='3b6587cb9333cab4c42d30d3a7c6699782f8befb', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_ea754', table='reporting_signinaddressevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signinaddressevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cc04a989bb829202897e82dc96cc511b5f42cb76', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2fe0f', table='reporting_signinaddressevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='ed48a77210d7332f6e9b7b71c64c4774a915d514', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_7caec', table='mfa_authenticator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."type", NEW."user_id"); RETURN NULL;', hash='a97f193be0fcc9ac0caa72755094d0288bef1a32', operation='INSERT', pgid='pgtrigger_insert_insert_f0916', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."type" IS DISTINCT FROM (NEW."type") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "reporting_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."type", NEW."user_id"); RETURN NULL;', hash='facd540142cb18468e526a44d9e58bd414a384b3', operation='UPDATE', pgid='pgtrigger_update_update_bb39f', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (OLD."created_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."type", OLD."user_id"); RETURN NULL;', hash='49dcfeda006abaa1ce13b0dcdcaa509335d5828b', operation='DELETE', pgid='pgtrigger_delete_delete_d0419', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactorevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='b165ee6e9f812829a3012bec236aa9a6e903167b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_4a2f2', table='reporting_secondfactorevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactorevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='75a3c21ce1748967df8d3d8616913b91ed11447d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_04a6d', table='reporting_secondfactorevent', when='BEFORE')),
        ),
    ]
