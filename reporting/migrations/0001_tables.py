"""Every table of reporting, with its constraints and triggers."""

import django.contrib.auth.models
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from reporting.migrating import CreateTables


class Migration(migrations.Migration):

    replaces = [('reporting', '0001_initial'), ('reporting', '0003_indicators'), ('reporting', '0004_checks'), ('reporting', '0005_sign_in'), ('reporting', '0006_follow_up'), ('reporting', '0007_exchange'), ('reporting', '0008_messages'), ('reporting', '0009_receipts'), ('reporting', '0010_extensions'), ('reporting', '0011_news'), ('reporting', '0012_draft_via'), ('reporting', '0013_invitations'), ('reporting', '0014_mail_copied_at'), ('reporting', '0015_known_choices'), ('reporting', '0016_names_for_the_desk'), ('reporting', '0017_answer_reminder'), ('reporting', '0018_documents'), ('reporting', '0019_desk'), ('reporting', '0020_payments'), ('reporting', '0021_rounds_and_exports'), ('reporting', '0022_dropped_mail'), ('reporting', '0023_text_limits'), ('reporting', '0024_history')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateTables(operations=[
            migrations.CreateModel(
                name='Region',
                fields=[
                    ('code', models.CharField(max_length=2, primary_key=True, serialize=False, validators=[django.core.validators.RegexValidator('^\\d{2}$', 'Two digits, for example 03.')], verbose_name='county code')),
                    ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                    ('short_name', models.CharField(max_length=40, unique=True, verbose_name='short name')),
                    ('county', models.CharField(max_length=40, verbose_name='county')),
                    ('organisation_number', models.CharField(max_length=11, unique=True, verbose_name='organisation number')),
                    ('organisation_number_standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], default='unconfirmed', max_length=20, verbose_name='standing of the organisation number')),
                ],
                options={
                    'verbose_name': 'region',
                    'verbose_name_plural': 'regions',
                    'ordering': ('code',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('organisation_number_standing__in', ['official', 'published', 'reconstructed', 'synthetic', 'unconfirmed'])), name='region_standing_is_known')],
                },
            ),
            migrations.CreateModel(
                name='RegionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('code', models.CharField(max_length=2, serialize=False, validators=[django.core.validators.RegexValidator('^\\d{2}$', 'Two digits, for example 03.')], verbose_name='county code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('short_name', models.CharField(max_length=40, verbose_name='short name')),
                    ('county', models.CharField(max_length=40, verbose_name='county')),
                    ('organisation_number', models.CharField(max_length=11, verbose_name='organisation number')),
                    ('organisation_number_standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], default='unconfirmed', max_length=20, verbose_name='standing of the organisation number')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ReportingRound',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(help_text='Part of the address, such as 2022-2024.', unique=True, verbose_name='address')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('first_year', models.PositiveSmallIntegerField(verbose_name='first year')),
                    ('last_year', models.PositiveSmallIntegerField(verbose_name='last year')),
                    ('opens_at', models.DateTimeField(verbose_name='opens')),
                    ('closes_at', models.DateTimeField(help_text='The closing moment itself is too late.', verbose_name='closes')),
                    ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='holds synthetic data')),
                    ('follow_up_from', models.PositiveSmallIntegerField(blank=True, help_text='The first past year whose outcome is asked for; empty if none is.', null=True, verbose_name='outcome asked from')),
                ],
                options={
                    'verbose_name': 'round',
                    'verbose_name_plural': 'rounds',
                    'ordering': ('-opens_at',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('last_year__gte', models.F('first_year'))), name='round_years_in_order'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='round_closes_after_it_opens', violation_error_message='The round must close after it opens.'), models.CheckConstraint(condition=models.Q(('follow_up_from__isnull', True), ('follow_up_from__lt', models.F('first_year')), _connector='OR'), name='followed_up_years_are_past', violation_error_message="Only years before the round's first year have an outcome.")],
                },
            ),
            migrations.CreateModel(
                name='ReportingRoundEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('slug', models.SlugField(db_index=False, help_text='Part of the address, such as 2022-2024.', verbose_name='address')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('first_year', models.PositiveSmallIntegerField(verbose_name='first year')),
                    ('last_year', models.PositiveSmallIntegerField(verbose_name='last year')),
                    ('opens_at', models.DateTimeField(verbose_name='opens')),
                    ('closes_at', models.DateTimeField(help_text='The closing moment itself is too late.', verbose_name='closes')),
                    ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='holds synthetic data')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.reportinground')),
                    ('follow_up_from', models.PositiveSmallIntegerField(blank=True, help_text='The first past year whose outcome is asked for; empty if none is.', null=True, verbose_name='outcome asked from')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Submission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('not_started', 'Not started'), ('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In review'), ('returned', 'Returned'), ('approved', 'Approved'), ('decided', 'Decided')], default='not_started', max_length=20, verbose_name='state')),
                    ('revision_count', models.PositiveIntegerField(default=0, verbose_name='versions')),
                    ('draft_changed_at', models.DateTimeField(blank=True, null=True, verbose_name='draft changed')),
                    ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='last submitted')),
                    ('answer_by', models.DateField(blank=True, null=True, verbose_name='answer by')),
                    ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='last changed')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='reporting.region', verbose_name='region')),
                    ('reporting_round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='reporting.reportinground', verbose_name='round')),
                    ('extended_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='extended until')),
                ],
                options={
                    'verbose_name': 'report',
                    'verbose_name_plural': 'reports',
                    'ordering': ('reporting_round', 'region'),
                    'permissions': (('review_submission', 'Can review reports'), ('approve_submission', 'Can approve reports'), ('return_submission', 'Can return reports for completion'), ('extend_submission', 'Can extend the time for a region'), ('receive_status_report', 'Receives the status report'), ('send_status_report', 'Can send the status report')),
                    'constraints': [models.UniqueConstraint(fields=('reporting_round', 'region'), name='one_report_per_round_and_region'), models.CheckConstraint(condition=models.Q(('state__in', ['not_started', 'draft', 'submitted', 'in_review', 'returned', 'approved', 'decided'])), name='report_state_is_known')],
                },
            ),
            migrations.CreateModel(
                name='SubmissionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('state', models.CharField(choices=[('not_started', 'Not started'), ('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In review'), ('returned', 'Returned'), ('approved', 'Approved'), ('decided', 'Decided')], default='not_started', max_length=20, verbose_name='state')),
                    ('revision_count', models.PositiveIntegerField(default=0, verbose_name='versions')),
                    ('draft_changed_at', models.DateTimeField(blank=True, null=True, verbose_name='draft changed')),
                    ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='last submitted')),
                    ('answer_by', models.DateField(blank=True, null=True, verbose_name='answer by')),
                    ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='last changed')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.submission')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                    ('reporting_round', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.reportinground', verbose_name='round')),
                    ('extended_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='extended until')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                    ('name', models.CharField(max_length=150, verbose_name='name')),
                    ('phone', models.CharField(blank=True, max_length=50, verbose_name='phone')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], default='sv', max_length=2, verbose_name='language of mail')),
                    ('is_staff', models.BooleanField(default=False, verbose_name='works at the agency')),
                    ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                    ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='demonstration account')),
                    ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'ordering': ('name', 'email'),
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_address'), models.CheckConstraint(condition=models.Q(('language__in', ['sv', 'en'])), name='account_language_is_known')],
                    'permissions': (('read_history', 'Can read the whole history'),),
                },
            ),
            migrations.CreateModel(
                name='PopulationReference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(unique=True, verbose_name='identifier')),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('reference_date', models.DateField(verbose_name='date')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('file_name', models.CharField(blank=True, max_length=150, verbose_name='file')),
                    ('file_sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum of the file (SHA-256)')),
                    ('is_used', models.BooleanField(default=False, editable=False, help_text='Set by the database with the first run. It can never change after that.', verbose_name='a run was computed from it')),
                    ('licence', models.CharField(blank=True, max_length=120, verbose_name='licence')),
                    ('loaded_at', models.DateTimeField(blank=True, null=True, verbose_name='read in')),
                    ('loaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read in by')),
                    ('national_total', models.PositiveIntegerField(blank=True, help_text='What the regions were found to sum to.', null=True, verbose_name='national total')),
                ],
                options={
                    'verbose_name': 'population reference',
                    'verbose_name_plural': 'population references',
                    'ordering': ('reference_date',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('standing__in', ['official', 'published', 'reconstructed', 'synthetic', 'unconfirmed'])), name='reference_standing_is_known'), models.CheckConstraint(condition=models.Q(('file_sha256', ''), models.Q(('file_sha256__regex', '^[0-9a-f]{64}$'), ('loaded_at__isnull', False), ('loaded_by__isnull', False), ('national_total__isnull', False)), _connector='OR'), name='read_in_reference_says_from_what')],
                },
            ),
            migrations.CreateModel(
                name='Revision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(verbose_name='version')),
                    ('submitted_at', models.DateTimeField(verbose_name='submitted')),
                    ('submitted_by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('submitted_by_role', models.CharField(choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('contact_name', models.CharField(blank=True, max_length=150, verbose_name='contact person')),
                    ('contact_phone', models.CharField(blank=True, max_length=50, verbose_name='phone')),
                    ('sha256', models.CharField(max_length=64, verbose_name='checksum (SHA-256)')),
                    ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='submitted by')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='reporting.submission', verbose_name='report')),
                    ('attestation', models.TextField(blank=True, help_text='The exact sentence that was attested; empty in versions from before it was asked for.', verbose_name='attestation')),
                    ('attestation_language', models.CharField(blank=True, choices=[('sv', 'Swedish'), ('en', 'English')], max_length=2, verbose_name='language of the attestation')),
                ],
                options={
                    'verbose_name': 'version',
                    'verbose_name_plural': 'versions',
                    'ordering': ('submission', '-number'),
                    'constraints': [models.UniqueConstraint(fields=('submission', 'number'), name='revisions_are_numbered_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='revisions_start_at_one'), models.CheckConstraint(condition=models.Q(('submitted_by_role__in', ['ombud', 'representant', 'samordnare'])), name='version_role_is_known'), models.CheckConstraint(condition=models.Q(('attestation_language__in', ['', 'sv', 'en'])), name='attestation_language_is_known')],
                },
            ),
            migrations.CreateModel(
                name='Figure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('post_type', models.CharField(choices=[('AT', 'AT'), ('ST', 'ST in total'), ('ST_GM', 'of which general medicine')], max_length=5, verbose_name='posts')),
                    ('posts', models.PositiveIntegerField(null=True, verbose_name='reported posts')),
                    ('comment', models.TextField(blank=True, verbose_name='comment')),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='reporting.revision')),
                ],
                options={
                    'verbose_name': 'figure',
                    'verbose_name_plural': 'figures',
                    'ordering': ('revision', 'post_type', 'year'),
                    'constraints': [models.UniqueConstraint(fields=('revision', 'year', 'post_type'), name='one_figure_per_year_and_type'), models.CheckConstraint(condition=models.Q(('posts__isnull', True), ('posts__lte', 9999), _connector='OR'), name='posts_within_reason'), models.CheckConstraint(condition=models.Q(models.Q(('post_type', 'AT'), _negated=True), ('posts__isnull', False), _connector='OR'), name='submitted_at_figures_are_not_missing'), models.CheckConstraint(condition=models.Q(('post_type__in', ['AT', 'ST', 'ST_GM'])), name='figure_post_type_is_known'), models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('comment'), 600), name='figure_comment_fits')],
                },
            ),
            migrations.CreateModel(
                name='ReviewEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('submitted', 'Submitted'), ('review_started', 'Review started'), ('returned', 'Returned for completion'), ('approved', 'Approved'), ('decided', 'Decided'), ('extended', 'More time granted'), ('extension_withdrawn', 'Extension withdrawn')], max_length=20, verbose_name='event')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('message', models.TextField(blank=True, verbose_name='message')),
                    ('answer_by', models.DateField(blank=True, null=True, verbose_name='answer by')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reporting.revision')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reporting.submission')),
                    ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='extended until')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                    'ordering': ('-at', '-pk'),
                    'indexes': [models.Index(fields=['submission', '-at'], name='reporting_r_submiss_46ae5f_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('revision__isnull', False), ('kind__in', ('extended', 'extension_withdrawn')), _connector='OR'), name='event_names_its_version'), models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'review_started', 'returned', 'approved', 'decided', 'extended', 'extension_withdrawn'])), name='event_kind_is_known')],
                },
            ),
            migrations.CreateModel(
                name='DraftValue',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('field', models.CharField(max_length=40)),
                    ('text', models.TextField(blank=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('updated_at', models.DateTimeField()),
                    ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draft_values', to='reporting.submission')),
                    ('via', models.CharField(blank=True, max_length=100)),
                ],
                options={
                    'verbose_name': 'draft value',
                    'verbose_name_plural': 'draft values',
                    'ordering': ('submission', 'field'),
                    'constraints': [models.UniqueConstraint(fields=('submission', 'field'), name='one_draft_value_per_field'), models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 20000), name='draft_text_fits')],
                },
            ),
            migrations.CreateModel(
                name='DraftValueEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('field', models.CharField(max_length=40)),
                    ('text', models.TextField(blank=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('updated_at', models.DateTimeField()),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.draftvalue')),
                    ('updated_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submission', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.submission')),
                    ('via', models.CharField(blank=True, max_length=100)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'role in a region',
                    'verbose_name_plural': 'roles in regions',
                    'ordering': ('region__code', 'role', 'user__name'),
                    'constraints': [models.UniqueConstraint(fields=('user', 'region'), name='one_role_per_person_and_region'), models.UniqueConstraint(condition=models.Q(('role', 'ombud')), fields=('region',), name='one_ombud_per_region', violation_error_message='The region already has an ombud.'), models.CheckConstraint(condition=models.Q(('role__in', ['ombud', 'representant', 'samordnare'])), name='membership_role_is_known')],
                },
            ),
            migrations.CreateModel(
                name='PublishedRate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('rate', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='AT posts per 100 000 inhabitants')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='published_rates', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'published rate',
                    'verbose_name_plural': 'published rates',
                    'ordering': ('region', 'year'),
                    'constraints': [models.UniqueConstraint(fields=('region', 'year'), name='one_published_rate_per_region_and_year'), models.CheckConstraint(condition=models.Q(('standing__in', ['official', 'published', 'reconstructed', 'synthetic', 'unconfirmed'])), name='rate_standing_is_known')],
                },
            ),
            migrations.CreateModel(
                name='MembershipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('role', models.CharField(choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.membership')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Inhabitants',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('persons', models.PositiveIntegerField(verbose_name='inhabitants')),
                    ('reference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inhabitants', to='reporting.populationreference', verbose_name='population reference')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inhabitants', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'inhabitants',
                    'verbose_name_plural': 'inhabitants',
                    'ordering': ('reference', 'region'),
                    'constraints': [models.UniqueConstraint(fields=('reference', 'region'), name='one_count_per_reference_and_region'), models.CheckConstraint(condition=models.Q(('persons__gt', 0)), name='inhabitants_above_zero')],
                },
            ),
            migrations.CreateModel(
                name='Baseline',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('post_type', models.CharField(choices=[('AT', 'AT'), ('ST', 'ST in total'), ('ST_GM', 'of which general medicine')], default='AT', max_length=5, verbose_name='posts')),
                    ('planned_posts', models.PositiveIntegerField(verbose_name='planned posts')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='baselines', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'plan of the 2021 agreement',
                    'verbose_name_plural': 'plans of the 2021 agreement',
                    'ordering': ('region', 'post_type', 'year'),
                    'constraints': [models.UniqueConstraint(fields=('region', 'year', 'post_type'), name='one_plan_per_region_year_type'), models.CheckConstraint(condition=models.Q(('post_type__in', ['AT', 'ST', 'ST_GM'])), name='plan_post_type_is_known'), models.CheckConstraint(condition=models.Q(('standing__in', ['official', 'published', 'reconstructed', 'synthetic', 'unconfirmed'])), name='plan_standing_is_known')],
                },
            ),
            migrations.CreateModel(
                name='Indicator',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=40, verbose_name='indicator')),
                    ('year', models.PositiveSmallIntegerField(help_text='Empty for what is asked once, as it is on the day of reporting.', null=True, verbose_name='year')),
                    ('value', models.DecimalField(decimal_places=1, max_digits=6, null=True, verbose_name='value')),
                    ('comment', models.TextField(blank=True, verbose_name='comment')),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='reporting.revision')),
                ],
                options={
                    'verbose_name': 'indicator',
                    'verbose_name_plural': 'indicators',
                    'ordering': ('revision', 'key', 'year'),
                    'constraints': [models.UniqueConstraint(fields=('revision', 'key', 'year'), name='one_answer_per_indicator', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('value__isnull', True), models.Q(('value__gte', 0), ('value__lte', 9999)), _connector='OR'), name='indicator_within_reason'), models.CheckConstraint(condition=models.Q(('value__isnull', False), models.Q(('comment', ''), _negated=True), _connector='OR'), name='missing_indicator_has_its_reason'), models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('comment'), 600), name='indicator_comment_fits')],
                },
            ),
            migrations.CreateModel(
                name='CheckRule',
                fields=[
                    ('code', models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name='rule')),
                    ('stage', models.CharField(choices=[('shadow', 'Shadow: counted, not shown'), ('warning', 'Warning: needs a comment'), ('block', 'Error: stops the submission'), ('retired', 'Retired: not used')], max_length=10, verbose_name='stage')),
                    ('note', models.TextField(verbose_name='reason')),
                    ('changed_at', models.DateTimeField(verbose_name='changed')),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ],
                options={
                    'verbose_name': 'rule for warnings',
                    'verbose_name_plural': 'rules for warnings',
                    'ordering': ('code',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['shadow', 'warning', 'block', 'retired'])), name='rule_stage_is_known'), models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='rule_stage_has_its_reason')],
                },
            ),
            migrations.CreateModel(
                name='CheckRuleEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('code', models.SlugField(db_index=False, max_length=40, serialize=False, verbose_name='rule')),
                    ('stage', models.CharField(choices=[('shadow', 'Shadow: counted, not shown'), ('warning', 'Warning: needs a comment'), ('block', 'Error: stops the submission'), ('retired', 'Retired: not used')], max_length=10, verbose_name='stage')),
                    ('note', models.TextField(verbose_name='reason')),
                    ('changed_at', models.DateTimeField(verbose_name='changed')),
                    ('changed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.checkrule')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RaisedFinding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('field', models.CharField(max_length=40)),
                    ('code', models.CharField(max_length=40)),
                    ('first_at', models.DateTimeField()),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='raised', to='reporting.submission')),
                ],
                options={
                    'verbose_name': 'finding in a draft',
                    'verbose_name_plural': 'findings in drafts',
                    'constraints': [models.UniqueConstraint(fields=('submission', 'field', 'code'), name='one_raised_finding_per_field_and_rule')],
                },
            ),
            migrations.CreateModel(
                name='RevisionFinding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('field', models.CharField(max_length=40, verbose_name='field')),
                    ('code', models.CharField(max_length=40, verbose_name='rule')),
                    ('stage', models.CharField(choices=[('shadow', 'Shadow: counted, not shown'), ('warning', 'Warning: needs a comment'), ('block', 'Error: stops the submission'), ('retired', 'Retired: not used')], max_length=10, verbose_name='stage')),
                    ('title', models.CharField(max_length=300, verbose_name='finding')),
                    ('comment', models.TextField(blank=True, verbose_name='comment')),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='reporting.revision')),
                ],
                options={
                    'verbose_name': 'finding in a version',
                    'verbose_name_plural': 'findings in versions',
                    'ordering': ('revision', 'pk'),
                    'constraints': [models.UniqueConstraint(fields=('revision', 'field', 'code'), name='one_finding_per_field_and_rule'), models.CheckConstraint(condition=models.Q(('stage__in', ['shadow', 'warning'])), name='submitted_findings_do_not_block'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'warning'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='submitted_warnings_are_commented')],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('prefix', models.CharField(max_length=16, verbose_name='begins with')),
                    ('secret_sha256', models.CharField(editable=False, max_length=64, unique=True)),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('expires_at', models.DateTimeField(verbose_name='valid until')),
                    ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                    ('last_used_from', models.GenericIPAddressField(blank=True, null=True, verbose_name='last used from')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to='reporting.region', verbose_name='region')),
                    ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                    ('revoked_for', models.CharField(blank=True, choices=[('asked', 'Revoked by hand'), ('ombud_replaced', 'The region got a new ombud')], max_length=20, verbose_name='why')),
                ],
                options={
                    'verbose_name': 'API key',
                    'verbose_name_plural': 'API keys',
                    'ordering': ('region', '-created_at'),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('region', 'name'), name='one_key_in_use_per_region_and_name'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='key_expires_after_it_was_made'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True), ('revoked_for', '')), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='key_is_revoked_by_somebody'), models.CheckConstraint(condition=models.Q(('revoked_for__in', ['', 'asked', 'ombud_replaced'])), name='key_end_is_known')],
                },
            ),
            migrations.CreateModel(
                name='ApiTokenEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('prefix', models.CharField(max_length=16, verbose_name='begins with')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('expires_at', models.DateTimeField(verbose_name='valid until')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                    ('created_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.apitoken')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                    ('revoked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                    ('revoked_for', models.CharField(blank=True, choices=[('asked', 'Revoked by hand'), ('ombud_replaced', 'The region got a new ombud')], max_length=20, verbose_name='why')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PendingUpload',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('xlsx', 'Excel'), ('csv', 'CSV')], max_length=4, verbose_name='kind')),
                    ('file_name', models.CharField(max_length=150, verbose_name='file')),
                    ('template', models.PositiveSmallIntegerField(verbose_name='version of the template')),
                    ('issued_at', models.DateTimeField(verbose_name='template downloaded')),
                    ('content', models.BinaryField()),
                    ('texts', models.JSONField(default=dict)),
                    ('versions', models.JSONField(default=dict)),
                    ('problems', models.JSONField(default=list)),
                    ('created_at', models.DateTimeField(verbose_name='read in')),
                    ('expires_at', models.DateTimeField(verbose_name='waits until')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.submission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read in by')),
                ],
                options={
                    'verbose_name': 'file that waits',
                    'verbose_name_plural': 'files that wait',
                    'indexes': [models.Index(fields=['expires_at'], name='reporting_p_expires_528314_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['xlsx', 'csv'])), name='pending_upload_kind_is_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='pending_upload_expires_later')],
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('side', models.CharField(choices=[('region', 'The region'), ('agency', 'The agency')], max_length=10, verbose_name='side')),
                    ('author_name', models.CharField(max_length=150, verbose_name='name')),
                    ('author_role', models.CharField(blank=True, choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('body', models.TextField(verbose_name='message')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('attachment_count', models.PositiveSmallIntegerField(default=0, verbose_name='attachments')),
                    ('form_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='reporting.reviewevent', verbose_name='answers')),
                    ('revision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.revision', verbose_name='version')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'verbose_name': 'message',
                    'verbose_name_plural': 'messages',
                    'ordering': ('submission', 'pk'),
                    'constraints': [models.UniqueConstraint(fields=('author', 'form_key'), name='one_message_per_form'), models.CheckConstraint(condition=models.Q(('side__in', ['region', 'agency'])), name='message_side_is_known'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='messages_say_something'), models.CheckConstraint(condition=models.Q(models.Q(('author_role', ''), ('side', 'agency')), models.Q(('author_role__in', ['ombud', 'representant', 'samordnare']), ('side', 'region')), _connector='OR'), name='a_regions_message_names_the_role')],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField(verbose_name='place')),
                    ('name', models.CharField(max_length=120, verbose_name='file name')),
                    ('kind', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'Excel'), ('docx', 'Word'), ('png', 'PNG')], max_length=10, verbose_name='kind')),
                    ('size', models.PositiveIntegerField(verbose_name='bytes')),
                    ('sha256', models.CharField(max_length=64, verbose_name='checksum (SHA-256)')),
                    ('stored_as', models.CharField(editable=False, max_length=80, unique=True)),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='reporting.message', verbose_name='message')),
                ],
                options={
                    'verbose_name': 'attachment',
                    'verbose_name_plural': 'attachments',
                    'ordering': ('message', 'position'),
                    'constraints': [models.UniqueConstraint(fields=('message', 'position'), name='attachments_have_places'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='attachments_start_at_one'), models.CheckConstraint(condition=models.Q(('kind__in', ['pdf', 'xlsx', 'docx', 'png'])), name='attachment_kind_is_known'), models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='attachments_are_not_empty')],
                },
            ),
            migrations.CreateModel(
                name='ReadMark',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('side', models.CharField(choices=[('region', 'The region'), ('agency', 'The agency')], max_length=10)),
                    ('last_message', models.PositiveBigIntegerField(default=0)),
                    ('last_event', models.PositiveBigIntegerField(default=0)),
                    ('read_at', models.DateTimeField(verbose_name='read')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_marks', to='reporting.submission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'read mark',
                    'verbose_name_plural': 'read marks',
                    'constraints': [models.UniqueConstraint(fields=('user', 'submission', 'side'), name='one_read_mark_per_person_and_report'), models.CheckConstraint(condition=models.Q(('side__in', ['region', 'agency'])), name='read_mark_side_is_known')],
                },
            ),
            migrations.CreateModel(
                name='LogEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sequence', models.PositiveBigIntegerField(unique=True, verbose_name='number')),
                    ('previous_sha256', models.CharField(max_length=64, unique=True, verbose_name='checksum of the entry before')),
                    ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('decision', 'Decision'), ('letter', 'Decision letter'), ('payment', 'Payment file'), ('final_report', 'Final report')], max_length=20, verbose_name='kind')),
                    ('subject', models.CharField(max_length=80, verbose_name='document')),
                    ('content_sha256', models.CharField(max_length=64, verbose_name='checksum of the document')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('sha256', models.CharField(max_length=64, unique=True, verbose_name='checksum (SHA-256)')),
                ],
                options={
                    'verbose_name': 'log entry',
                    'verbose_name_plural': 'log',
                    'ordering': ('-sequence',),
                    'constraints': [models.UniqueConstraint(fields=('kind', 'subject'), name='one_log_entry_per_document'), models.CheckConstraint(condition=models.Q(('sequence__gte', 1)), name='log_starts_at_one'), models.CheckConstraint(condition=models.Q(('content_sha256__regex', '^[0-9a-f]{64}$')), name='log_content_is_a_checksum'), models.CheckConstraint(condition=models.Q(('subject__contains', '\n'), _negated=True), name='log_subject_is_one_line'), models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'decision', 'letter', 'payment', 'final_report'])), name='log_kind_is_known')],
                },
            ),
            migrations.CreateModel(
                name='Receipt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=80, unique=True, verbose_name='receipt number')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], max_length=2, verbose_name='language')),
                    ('record', models.TextField(verbose_name='content')),
                    ('sha256', models.CharField(max_length=64, unique=True, verbose_name='checksum (SHA-256)')),
                    ('log_entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='reporting.logentry', verbose_name='log entry')),
                    ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='reporting.revision', verbose_name='version')),
                ],
                options={
                    'verbose_name': 'receipt',
                    'verbose_name_plural': 'receipts',
                    'ordering': ('-log_entry__sequence',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='receipt_has_a_checksum'), models.CheckConstraint(condition=models.Q(('language__in', ['sv', 'en'])), name='receipt_language_is_known')],
                },
            ),
            migrations.CreateModel(
                name='ReceiptFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], max_length=2, verbose_name='language')),
                    ('pdf', models.BinaryField(verbose_name='PDF')),
                    ('sha256', models.CharField(max_length=64, unique=True, verbose_name='checksum (SHA-256)')),
                    ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reporting.receipt')),
                ],
                options={
                    'verbose_name': 'receipt as PDF',
                    'verbose_name_plural': 'receipts as PDF',
                    'ordering': ('receipt', 'language'),
                    'constraints': [models.UniqueConstraint(fields=('receipt', 'language'), name='one_pdf_per_receipt_and_language'), models.CheckConstraint(condition=models.Q(('language__in', ['sv', 'en'])), name='receipt_pdf_language_is_known')],
                },
            ),
            migrations.CreateModel(
                name='Extension',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('closes_at', models.DateTimeField(help_text="Empty where the extension was withdrawn: then the round's own deadline holds.", null=True, verbose_name='closes')),
                    ('reason', models.TextField(verbose_name='reason')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'verbose_name': 'extension',
                    'verbose_name_plural': 'extensions',
                    'ordering': ('-at', '-pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='extension_has_its_reason'), models.CheckConstraint(condition=models.Q(('closes_at__isnull', True), ('closes_at__gt', models.F('at')), _connector='OR'), name='extension_ends_after_it_is_granted')],
                },
            ),
            migrations.CreateModel(
                name='LogCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('entries', models.PositiveBigIntegerField(verbose_name='entries')),
                    ('head_sha256', models.CharField(max_length=64, verbose_name='checksum of the newest entry')),
                    ('flaws', models.JSONField(default=list, help_text='Document and kind of flaw.', verbose_name='flaws')),
                ],
                options={
                    'verbose_name': 'check of the log',
                    'verbose_name_plural': 'checks of the log',
                    'ordering': ('-at', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='MailChoice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rhythm', models.CharField(choices=[('each', 'At each event'), ('daily', 'Once a day'), ('weekly', 'Once a week'), ('never', 'Never')], max_length=10, verbose_name='rhythm')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mail_choice', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'choice of mail',
                    'verbose_name_plural': 'choices of mail',
                    'constraints': [models.CheckConstraint(condition=models.Q(('rhythm__in', ['each', 'daily', 'weekly', 'never'])), name='mail_rhythm_is_known')],
                },
            ),
            migrations.CreateModel(
                name='MailChoiceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('rhythm', models.CharField(choices=[('each', 'At each event'), ('daily', 'Once a day'), ('weekly', 'Once a week'), ('never', 'Never')], max_length=10, verbose_name='rhythm')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.mailchoice')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(blank=True, choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('agency_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), blank=True, default=list, size=None, verbose_name='roles at the agency')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('name', models.CharField(max_length=150, verbose_name='name')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], default='sv', max_length=2, verbose_name='language of mail')),
                    ('invited_at', models.DateTimeField(verbose_name='invited')),
                    ('sent_at', models.DateTimeField(verbose_name='last sent')),
                    ('expires_at', models.DateTimeField(verbose_name='holds until')),
                    ('link_number', models.PositiveIntegerField(default=1, verbose_name='times sent')),
                    ('state', models.CharField(choices=[('pending', 'Waits for an answer'), ('accepted', 'Accepted'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='pending', max_length=20, verbose_name='state')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted, withdrawn or expired')),
                    ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by')),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                    ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'invitation',
                    'verbose_name_plural': 'invitations',
                    'ordering': ('-invited_at', '-pk'),
                    'constraints': [models.UniqueConstraint(models.F('region'), django.db.models.functions.text.Lower('email'), condition=models.Q(('state', 'pending')), name='one_pending_invitation_per_address_and_region', violation_error_message='There is already an invitation to this address. Send it again instead.'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('region', None), ('state', 'pending')), name='one_pending_invitation_per_address_to_the_agency', violation_error_message='There is already an invitation to this address. Send it again instead.'), models.UniqueConstraint(condition=models.Q(('role', 'ombud'), ('state', 'pending')), fields=('region',), name='one_pending_invitation_of_an_ombud_per_region', violation_error_message='Somebody is invited as ombud already. Withdraw that invitation first.'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'accepted', 'withdrawn', 'expired'])), name='invitation_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('region', None), ('role', '')), models.Q(('agency_roles', []), ('region__isnull', False), ('role__in', ['ombud', 'representant', 'samordnare'])), _connector='OR'), name='invitation_is_to_a_region_or_the_agency'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_by__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted_by', None)), _connector='OR'), name='invitation_is_accepted_by_somebody'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='invitation_holds_for_a_while'), models.CheckConstraint(condition=models.Q(('language__in', ['sv', 'en'])), name='invitation_language_is_known')],
                },
            ),
            migrations.CreateModel(
                name='InvitationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('role', models.CharField(blank=True, choices=[('ombud', 'Ombud'), ('representant', 'Representant'), ('samordnare', 'Uppgiftssamordnare')], max_length=20, verbose_name='role')),
                    ('agency_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), blank=True, default=list, size=None, verbose_name='roles at the agency')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('name', models.CharField(max_length=150, verbose_name='name')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], default='sv', max_length=2, verbose_name='language of mail')),
                    ('invited_at', models.DateTimeField(verbose_name='invited')),
                    ('sent_at', models.DateTimeField(verbose_name='last sent')),
                    ('expires_at', models.DateTimeField(verbose_name='holds until')),
                    ('link_number', models.PositiveIntegerField(default=1, verbose_name='times sent')),
                    ('state', models.CharField(choices=[('pending', 'Waits for an answer'), ('accepted', 'Accepted'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='pending', max_length=20, verbose_name='state')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted, withdrawn or expired')),
                    ('accepted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by')),
                    ('invited_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.invitation')),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='OmbudApplication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('applied_at', models.DateTimeField(verbose_name='accepted')),
                    ('state', models.CharField(choices=[('waiting', 'Waits for the agency'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=20, verbose_name='state')),
                    ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                    ('message', models.TextField(blank=True, verbose_name='message')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='application', to='reporting.invitation', verbose_name='invitation')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ombud_applications', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ombud_applications', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'ombud for approval',
                    'verbose_name_plural': 'ombud for approval',
                    'ordering': ('-applied_at', '-pk'),
                    'permissions': (('approve_ombud', "Can approve a region's ombud"),),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('region',), name='one_waiting_ombud_per_region', violation_error_message="Somebody else waits already to be approved as the region's ombud."), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'declined', 'withdrawn'])), name='application_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='application_is_decided_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by', models.F('person')), _negated=True), _connector='OR'), name='nobody_approves_themselves')],
                },
            ),
            migrations.CreateModel(
                name='OmbudApplicationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('applied_at', models.DateTimeField(verbose_name='accepted')),
                    ('state', models.CharField(choices=[('waiting', 'Waits for the agency'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=20, verbose_name='state')),
                    ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                    ('message', models.TextField(blank=True, verbose_name='message')),
                    ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('invitation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.invitation', verbose_name='invitation')),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.ombudapplication')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Document',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('decision', 'Decision'), ('letter', 'Decision letter'), ('payment', 'Payment file'), ('final_report', 'Final report')], max_length=20, verbose_name='kind')),
                    ('number', models.CharField(max_length=80, unique=True, verbose_name='number')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('media_type', models.CharField(choices=[('application/pdf', 'PDF'), ('application/json', 'JSON'), ('application/xml', 'XML'), ('text/csv', 'CSV'), ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Excel')], max_length=80, verbose_name='format')),
                    ('content', models.BinaryField(verbose_name='content')),
                    ('sha256', models.CharField(max_length=64, unique=True, verbose_name='checksum (SHA-256)')),
                    ('log_entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='reporting.logentry', verbose_name='log entry')),
                    ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='reporting.region', verbose_name='region')),
                    ('reporting_round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='reporting.reportinground', verbose_name='round')),
                ],
                options={
                    'verbose_name': 'issued document',
                    'verbose_name_plural': 'issued documents',
                    'ordering': ('-log_entry__sequence',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='document_has_a_checksum'), models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'decision', 'letter', 'payment', 'final_report'])), name='document_kind_is_known'), models.CheckConstraint(condition=models.Q(('media_type__in', ['application/pdf', 'application/json', 'application/xml', 'text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'])), name='document_format_is_known')],
                },
            ),
            migrations.CreateModel(
                name='Assignment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_reports', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                    ('submission', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='assignment', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'verbose_name': 'assignment',
                    'verbose_name_plural': 'assignments',
                    'permissions': (('assign_report', 'Can assign reports to officers'),),
                },
            ),
            migrations.CreateModel(
                name='AssignmentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('officer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.assignment')),
                    ('submission', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='DeskView',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seen_at', models.DateTimeField()),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_views', to='reporting.submission')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'view of a report',
                    'verbose_name_plural': 'views of reports',
                    'constraints': [models.UniqueConstraint(fields=('submission', 'user'), name='one_desk_view_per_officer_and_report')],
                },
            ),
            migrations.CreateModel(
                name='ReportFlag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=30, verbose_name='flag')),
                    ('subject', models.CharField(blank=True, max_length=80, verbose_name='about')),
                    ('severity', models.CharField(choices=[('judge', 'Judge'), ('note', 'Note')], max_length=10, verbose_name='severity')),
                    ('data', models.JSONField(default=dict, verbose_name='numbers')),
                    ('raised_at', models.DateTimeField(verbose_name='raised')),
                    ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='dismissed')),
                    ('dismissed_by_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                    ('dismissal', models.TextField(blank=True, verbose_name='reason')),
                    ('dismissed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dismissed by')),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.revision', verbose_name='version')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'verbose_name': 'flag',
                    'verbose_name_plural': 'flags',
                    'ordering': ('submission', 'pk'),
                    'permissions': (('dismiss_flag', 'Can dismiss flags'), ('approve_unflagged', 'Can approve all reports without flags')),
                    'indexes': [models.Index(condition=models.Q(('dismissed_at__isnull', True)), fields=['submission', 'code'], name='open_flags')],
                    'constraints': [models.UniqueConstraint(fields=('submission', 'code', 'subject'), name='one_flag_per_code_and_subject'), models.CheckConstraint(condition=models.Q(('severity__in', ['judge', 'note'])), name='flag_severity_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('dismissal', ''), ('dismissed_at__isnull', True), ('dismissed_by__isnull', True), ('dismissed_by_name', '')), models.Q(('dismissed_at__isnull', False), ('dismissed_by__isnull', False), models.Q(('dismissal', ''), _negated=True)), _connector='OR'), name='dismissed_flag_has_who_and_why')],
                },
            ),
            migrations.CreateModel(
                name='ReportFlagEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('code', models.CharField(max_length=30, verbose_name='flag')),
                    ('subject', models.CharField(blank=True, max_length=80, verbose_name='about')),
                    ('severity', models.CharField(choices=[('judge', 'Judge'), ('note', 'Note')], max_length=10, verbose_name='severity')),
                    ('data', models.JSONField(default=dict, verbose_name='numbers')),
                    ('raised_at', models.DateTimeField(verbose_name='raised')),
                    ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='dismissed')),
                    ('dismissed_by_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                    ('dismissal', models.TextField(blank=True, verbose_name='reason')),
                    ('dismissed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dismissed by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.reportflag')),
                    ('revision', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.revision', verbose_name='version')),
                    ('submission', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.submission', verbose_name='report')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='BaselineEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('post_type', models.CharField(choices=[('AT', 'AT'), ('ST', 'ST in total'), ('ST_GM', 'of which general medicine')], default='AT', max_length=5, verbose_name='posts')),
                    ('planned_posts', models.PositiveIntegerField(verbose_name='planned posts')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.baseline')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Export',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=120, verbose_name='list')),
                    ('format', models.CharField(choices=[('xlsx', 'Excel'), ('csv', 'CSV')], max_length=4, verbose_name='format')),
                    ('row_count', models.PositiveIntegerField(verbose_name='rows')),
                    ('rounds', models.CharField(blank=True, max_length=300, verbose_name='rounds')),
                    ('rules', models.CharField(blank=True, max_length=300, verbose_name='rule sets')),
                    ('sha256', models.CharField(max_length=64, verbose_name='checksum (SHA-256)')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ],
                options={
                    'verbose_name': 'export',
                    'verbose_name_plural': 'exports',
                    'ordering': ('-at', '-pk'),
                    'permissions': (('make_export', 'Can take lists out as files'),),
                    'constraints': [models.CheckConstraint(condition=models.Q(('format__in', ['xlsx', 'csv'])), name='export_format_is_known'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='export_has_a_checksum')],
                },
            ),
            migrations.CreateModel(
                name='MailFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=150, verbose_name='file')),
                    ('media_type', models.CharField(max_length=100, verbose_name='format')),
                    ('content', models.BinaryField(verbose_name='content')),
                    ('sha256', models.CharField(max_length=64, verbose_name='checksum (SHA-256)')),
                    ('created_at', models.DateTimeField(verbose_name='made')),
                ],
                options={
                    'verbose_name': 'file of a mail',
                    'verbose_name_plural': 'files of mails',
                    'ordering': ('-pk',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='mail_file_has_a_checksum')],
                },
            ),
            migrations.CreateModel(
                name='Mail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('approved', 'Approved'), ('returned', 'Returned for completion'), ('extension', 'More time'), ('reminder', 'Reminder'), ('status_report', 'Status report'), ('invitation', 'Invitation'), ('role_changed', 'Changed role'), ('password_reset', 'New password'), ('sign_in_changed', 'Changed sign-in'), ('news', 'News'), ('digest', 'Digest'), ('answer_reminder', 'Reminder of an answer'), ('escalation', 'Last reminder to the ombud'), ('decision_proposed', 'Proposed decision'), ('decision_closed', 'Answer to a proposed decision'), ('decision_letter', 'Decision letter'), ('payment_made', 'Payment'), ('repayment_claimed', 'Claim for repayment')], max_length=20, verbose_name='kind')),
                    ('recipient', models.EmailField(max_length=254, verbose_name='to')),
                    ('copy_to', models.EmailField(blank=True, max_length=254, verbose_name='copy to')),
                    ('occasion', models.CharField(max_length=120, verbose_name='occasion')),
                    ('subject', models.CharField(max_length=200, verbose_name='subject')),
                    ('text', models.TextField(verbose_name='text')),
                    ('html', models.TextField(blank=True, verbose_name='HTML')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                    ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                    ('last_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='last attempt')),
                    ('last_error', models.TextField(blank=True, verbose_name='last error')),
                    ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.region', verbose_name='region')),
                    ('reporting_round', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.reportinground', verbose_name='round')),
                    ('receipt', models.ForeignKey(blank=True, help_text='Goes with the mail as PDF and JSON, put together when the mail is sent.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='reporting.receipt', verbose_name='enclosed receipt')),
                    ('declinable', models.BooleanField(default=False, help_text='The mail offers to stop such mails; nobody has to have them.', verbose_name='may be declined')),
                    ('copied_at', models.DateTimeField(blank=True, help_text='Set where the copy was accepted and the mail itself was not; the copy goes once.', null=True, verbose_name='copy sent')),
                    ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='reporting.document', verbose_name='enclosed document')),
                    ('again_of', models.ForeignKey(blank=True, help_text='The mail that this one repeats, word for word.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='reporting.mail', verbose_name='sent again')),
                    ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='reporting.mailfile', verbose_name='enclosed file')),
                    ('dropped_at', models.DateTimeField(blank=True, help_text='Set where what the mail was about was no longer so before it could be sent.', null=True, verbose_name='dropped')),
                ],
                options={
                    'verbose_name': 'mail',
                    'verbose_name_plural': 'mails',
                    'ordering': ('-created_at', '-pk'),
                    'indexes': [models.Index(condition=models.Q(('dropped_at', None), ('sent_at', None)), fields=['created_at'], name='mail_waiting')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'recipient', 'occasion'), name='one_mail_per_kind_recipient_occasion'), models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'approved', 'returned', 'extension', 'reminder', 'status_report', 'invitation', 'role_changed', 'password_reset', 'sign_in_changed', 'news', 'digest', 'answer_reminder', 'escalation', 'decision_proposed', 'decision_closed', 'decision_letter', 'payment_made', 'repayment_claimed'])), name='mail_kind_is_known'), models.CheckConstraint(condition=models.Q(('dropped_at', None), ('sent_at', None), _connector='OR'), name='dropped_mail_is_not_sent')],
                    'permissions': (('send_mail_again', 'Can send mails again'),),
                },
            ),
            migrations.CreateModel(
                name='News',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('message', 'Message'), ('submitted', 'A colleague submitted'), ('review_started', 'Review started')], max_length=20, verbose_name='kind')),
                    ('occasion', models.CharField(max_length=120, verbose_name='occasion')),
                    ('side', models.CharField(choices=[('region', 'The region'), ('agency', 'The agency')], max_length=10, verbose_name='side')),
                    ('actor_name', models.CharField(max_length=150, verbose_name='name')),
                    ('version', models.PositiveIntegerField(blank=True, null=True, verbose_name='version')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.message')),
                    ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.submission')),
                    ('told_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='news', to='reporting.mail', verbose_name='told in')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='news', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'news',
                    'verbose_name_plural': 'news',
                    'ordering': ('at', 'pk'),
                    'indexes': [models.Index(condition=models.Q(('told_in', None)), fields=['user', 'at'], name='news_untold')],
                    'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'occasion'), name='one_news_per_person_and_occasion'), models.CheckConstraint(condition=models.Q(('kind__in', ['message', 'submitted', 'review_started'])), name='news_kind_is_known'), models.CheckConstraint(condition=models.Q(('side__in', ['region', 'agency'])), name='news_side_is_known')],
                },
            ),
            migrations.CreateModel(
                name='MailRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('mail', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='reporting.mail', verbose_name='mail')),
                ],
                options={
                    'verbose_name': 'request for a mail',
                    'verbose_name_plural': 'requests for mails',
                    'ordering': ('-at', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='RoundOrigin',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('basis', models.CharField(choices=[('plan', 'The last plan'), ('reported', 'The figures last reported'), ('reported_or_plan', 'The figures last reported; the plan where there are none')], max_length=20, verbose_name='plan taken from')),
                    ('plan_count', models.PositiveSmallIntegerField(verbose_name='plans that were made')),
                    ('by_name', models.CharField(max_length=150, verbose_name='name')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('made_from', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='reporting.reportinground', verbose_name='made from')),
                    ('population_reference', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.populationreference', verbose_name='population reference')),
                    ('reporting_round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='origin', to='reporting.reportinground', verbose_name='round')),
                ],
                options={
                    'verbose_name': 'origin of a round',
                    'verbose_name_plural': 'origins of rounds',
                    'constraints': [models.CheckConstraint(condition=models.Q(('basis__in', ['plan', 'reported', 'reported_or_plan'])), name='plan_basis_is_known'), models.CheckConstraint(condition=models.Q(('reporting_round', models.F('made_from')), _negated=True), name='round_is_made_from_another')],
                },
            ),
            migrations.CreateModel(
                name='InhabitantsEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('persons', models.PositiveIntegerField(verbose_name='inhabitants')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.inhabitants')),
                    ('reference', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.populationreference', verbose_name='population reference')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PopulationReferenceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('slug', models.SlugField(db_index=False, verbose_name='identifier')),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('reference_date', models.DateField(verbose_name='date')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('licence', models.CharField(blank=True, max_length=120, verbose_name='licence')),
                    ('file_name', models.CharField(blank=True, max_length=150, verbose_name='file')),
                    ('file_sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum of the file (SHA-256)')),
                    ('national_total', models.PositiveIntegerField(blank=True, help_text='What the regions were found to sum to.', null=True, verbose_name='national total')),
                    ('loaded_at', models.DateTimeField(blank=True, null=True, verbose_name='read in')),
                    ('is_used', models.BooleanField(default=False, editable=False, help_text='Set by the database with the first run. It can never change after that.', verbose_name='a run was computed from it')),
                    ('loaded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read in by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.populationreference')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PublishedRateEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('rate', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='AT posts per 100 000 inhabitants')),
                    ('standing', models.CharField(choices=[('official', 'official'), ('published', 'published'), ('reconstructed', 'reconstructed'), ('synthetic', 'synthetic'), ('unconfirmed', 'unconfirmed')], max_length=20, verbose_name='standing')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.publishedrate')),
                    ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reporting.region', verbose_name='region')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='UserEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('name', models.CharField(max_length=150, verbose_name='name')),
                    ('phone', models.CharField(blank=True, max_length=50, verbose_name='phone')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], default='sv', max_length=2, verbose_name='language of mail')),
                    ('is_staff', models.BooleanField(default=False, verbose_name='works at the agency')),
                    ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                    ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='demonstration account')),
                    ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='UserRight',
                fields=[
                ],
                options={
                    'verbose_name': 'right of a person',
                    'verbose_name_plural': 'rights of people',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('reporting.user_user_permissions',),
            ),
            migrations.CreateModel(
                name='UserRightEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('permission', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.permission')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('user', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.userright')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='UserGroup',
                fields=[
                ],
                options={
                    'verbose_name': 'group of rights of a person',
                    'verbose_name_plural': 'groups of rights of people',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('reporting.user_groups',),
            ),
            migrations.CreateModel(
                name='UserGroupEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.BigIntegerField()),
                    ('group', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('user', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.usergroup')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RightsGroup',
                fields=[
                ],
                options={
                    'verbose_name': 'group of rights',
                    'verbose_name_plural': 'groups of rights',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('auth.group',),
                managers=[
                    ('objects', django.contrib.auth.models.GroupManager()),
                ],
            ),
            migrations.CreateModel(
                name='RightsGroupEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.IntegerField()),
                    ('name', models.CharField(max_length=150, verbose_name='name')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.rightsgroup')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='GroupRight',
                fields=[
                ],
                options={
                    'verbose_name': 'right of a group',
                    'verbose_name_plural': 'rights of groups',
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('auth.group_permissions',),
            ),
            migrations.CreateModel(
                name='GroupRightEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ('id', models.IntegerField()),
                    ('group', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                    ('permission', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.permission')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='reporting.groupright')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='EventContext',
                fields=[
                ],
                options={
                    'proxy': True,
                    'default_permissions': (),
                },
                bases=('pghistory.context',),
            ),
        ]),
        pgtrigger.migrations.AddTrigger(
            model_name='region',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_regionevent" ("code", "county", "name", "organisation_number", "organisation_number_standing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (NEW."code", NEW."county", NEW."name", NEW."organisation_number", NEW."organisation_number_standing", _pgh_attach_context(), NOW(), \'insert\', NEW."code", NEW."short_name"); RETURN NULL;', hash='4e2e8f22ce67d93f4355c98bfeeaa7e1c4256a52', operation='INSERT', pgid='pgtrigger_insert_insert_18390', table='reporting_region', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='region',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_regionevent" ("code", "county", "name", "organisation_number", "organisation_number_standing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (NEW."code", NEW."county", NEW."name", NEW."organisation_number", NEW."organisation_number_standing", _pgh_attach_context(), NOW(), \'update\', NEW."code", NEW."short_name"); RETURN NULL;', hash='01346ad522e817c7ee15cbea395b7fb2c255324f', operation='UPDATE', pgid='pgtrigger_update_update_04a9d', table='reporting_region', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='region',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='34ee6213ff9a7547cb13a2bfd89956884a703760', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_3cdff', table='reporting_region', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='region',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_regionevent" ("code", "county", "name", "organisation_number", "organisation_number_standing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (OLD."code", OLD."county", OLD."name", OLD."organisation_number", OLD."organisation_number_standing", _pgh_attach_context(), NOW(), \'delete\', OLD."code", OLD."short_name"); RETURN NULL;', hash='25d7b95d91e5b7a19616c7d003f1198fa34c6916', operation='DELETE', pgid='pgtrigger_delete_delete_d37ed', table='reporting_region', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='aa0d1f7a3f994d82174a5170207de51fff29c15e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_769ee', table='reporting_regionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c1370d6c295f98f5e64a5ec465bad5d5546d2607', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3923a', table='reporting_regionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportinground',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_reportingroundevent" ("closes_at", "first_year", "follow_up_from", "id", "is_demo", "last_year", "name", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") VALUES (NEW."closes_at", NEW."first_year", NEW."follow_up_from", NEW."id", NEW."is_demo", NEW."last_year", NEW."name", NEW."opens_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."slug"); RETURN NULL;', hash='dc9633b92431456219d83a92d4491c64ed2f65f3', operation='INSERT', pgid='pgtrigger_insert_insert_6393d', table='reporting_reportinground', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportinground',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_reportingroundevent" ("closes_at", "first_year", "follow_up_from", "id", "is_demo", "last_year", "name", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") VALUES (NEW."closes_at", NEW."first_year", NEW."follow_up_from", NEW."id", NEW."is_demo", NEW."last_year", NEW."name", NEW."opens_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."slug"); RETURN NULL;', hash='d0598bd03e8746f9d77bd5e947d758f686191250', operation='UPDATE', pgid='pgtrigger_update_update_57044', table='reporting_reportinground', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportinground',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f0bbea3c463f74d96c8ed3335972f404dfea0c8a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_e5e95', table='reporting_reportinground', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportinground',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_reportingroundevent" ("closes_at", "first_year", "follow_up_from", "id", "is_demo", "last_year", "name", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") VALUES (OLD."closes_at", OLD."first_year", OLD."follow_up_from", OLD."id", OLD."is_demo", OLD."last_year", OLD."name", OLD."opens_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."slug"); RETURN NULL;', hash='4117813e29209217ce850e1363a5a95e2b53b14e', operation='DELETE', pgid='pgtrigger_delete_delete_f487b', table='reporting_reportinground', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportingroundevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f287bd3e240ea14c44632c374a60b7f2575b7528', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_e3edd', table='reporting_reportingroundevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportingroundevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='04d8cb314e4c4b0bed60e96dfb438378a971e3a4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d051f', table='reporting_reportingroundevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e78e6eb1418ddbbfcfa38689f20bae5d84efeb0c', operation='DELETE', pgid='pgtrigger_never_removed_35db4', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='versions_only_grow', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."revision_count" < (OLD."revision_count"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='be0d9c10c99ca32c2abffe4df9eb00aa541cd8b0', operation='UPDATE', pgid='pgtrigger_versions_only_grow_ea8e8', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='4cc6bdb49f917a0dd29339776e629cc28704db71', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_35bd8', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='extended_as_was_granted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF TG_OP = 'INSERT' THEN\n    IF NEW.extended_until IS NULL THEN\n        RETURN NEW;\n    END IF;\nELSIF NEW.extended_until IS NOT DISTINCT FROM OLD.extended_until OR NEW.extended_until IS NOT DISTINCT FROM (\n    SELECT closes_at FROM reporting_extension WHERE submission_id = NEW.id ORDER BY id DESC LIMIT 1\n)\nTHEN\n    RETURN NEW;\nEND IF;\nRAISE EXCEPTION 'report % has no extension until %', NEW.id, NEW.extended_until;\n", hash='0b6291f7f39ef5764e01df49ed6ad8f813b3c4c7', operation='INSERT OR UPDATE', pgid='pgtrigger_extended_as_was_granted_d73a3', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_submissionevent" ("answer_by", "changed_at", "draft_changed_at", "extended_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "reporting_round_id", "revision_count", "state", "submitted_at") VALUES (NEW."answer_by", NEW."changed_at", NEW."draft_changed_at", NEW."extended_until", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region_id", NEW."reporting_round_id", NEW."revision_count", NEW."state", NEW."submitted_at"); RETURN NULL;', hash='af8b62373727833b3716dfc4f338f9a6d4965537', operation='INSERT', pgid='pgtrigger_insert_insert_e2487', table='reporting_submission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_submissionevent" ("answer_by", "changed_at", "draft_changed_at", "extended_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "reporting_round_id", "revision_count", "state", "submitted_at") VALUES (NEW."answer_by", NEW."changed_at", NEW."draft_changed_at", NEW."extended_until", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region_id", NEW."reporting_round_id", NEW."revision_count", NEW."state", NEW."submitted_at"); RETURN NULL;', hash='221ea24959bc04fdc37cbb5f5b0cd3a9a2ee210a', operation='UPDATE', pgid='pgtrigger_update_update_03509', table='reporting_submission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='allowed_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{not_started:draft,not_started:submitted,draft:submitted,submitted:in_review,submitted:approved,submitted:returned,in_review:submitted,in_review:approved,in_review:returned,returned:submitted,approved:returned,submitted:decided,in_review:decided,returned:decided,approved:decided,decided:returned}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='dad72d84304e73eb607e01793c1943b1f94d677b', operation='UPDATE', pgid='pgtrigger_allowed_transitions_56ba3', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_submissionevent" ("answer_by", "changed_at", "draft_changed_at", "extended_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "reporting_round_id", "revision_count", "state", "submitted_at") VALUES (OLD."answer_by", OLD."changed_at", OLD."draft_changed_at", OLD."extended_until", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."region_id", OLD."reporting_round_id", OLD."revision_count", OLD."state", OLD."submitted_at"); RETURN NULL;', hash='2cc872e3bbd41e2b0f180a5033ae9a5be2200501', operation='DELETE', pgid='pgtrigger_delete_delete_b30f8', table='reporting_submission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='begins', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" = \'not_started\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='7348368eef492ac8bc340d1d8fd325250854ca32', operation='INSERT', pgid='pgtrigger_begins_f2426', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='stays_with_its_region', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reporting_round_id" IS DISTINCT FROM (NEW."reporting_round_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d4e856544e62be2829f54144694523a84bc0fc28', operation='UPDATE', pgid='pgtrigger_stays_with_its_region_54356', table='reporting_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submissionevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='c6fca97014d4e30ee3555ccb60ad3728ea66c537', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_aff36', table='reporting_submissionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submissionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6605bc4166bd83bf5716fc4875488cefedbb95cb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_49cdf', table='reporting_submissionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='da12afc0daf658a61103511809a5285bc3f22b5d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_f6447', table='reporting_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."date_joined", NEW."email", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone"); RETURN NULL;', hash='96c4ce9f57d3bdda3f1d2f98830a5cb77b026b6d', operation='INSERT', pgid='pgtrigger_insert_insert_b4c1e', table='reporting_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone"))', func='INSERT INTO "reporting_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."date_joined", NEW."email", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone"); RETURN NULL;', hash='6d0464531566f17c896ca23e202e7c8be112e866', operation='UPDATE', pgid='pgtrigger_update_update_5e7c5', table='reporting_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (OLD."date_joined", OLD."email", OLD."id", OLD."is_active", OLD."is_demo", OLD."is_staff", OLD."is_superuser", OLD."language", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone"); RETURN NULL;', hash='d91ab3868a8b98eb6033594c19c9a58b832edc1d', operation='DELETE', pgid='pgtrigger_delete_delete_f9335', table='reporting_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreference',
            trigger=pgtrigger.compiler.Trigger(name='used_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_used")', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e4f5575abec22ab243f098824c61c7d6ec5595a7', operation='UPDATE OR DELETE', pgid='pgtrigger_used_never_changes_15c47', table='reporting_populationreference', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreference',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='8417ccfc70d9c518be58d80b9202a2f3f7a68409', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_0b61a', table='reporting_populationreference', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreference',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_populationreferenceevent" ("file_name", "file_sha256", "id", "is_used", "licence", "loaded_at", "loaded_by_id", "national_total", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_date", "slug", "source", "standing", "title") VALUES (NEW."file_name", NEW."file_sha256", NEW."id", NEW."is_used", NEW."licence", NEW."loaded_at", NEW."loaded_by_id", NEW."national_total", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference_date", NEW."slug", NEW."source", NEW."standing", NEW."title"); RETURN NULL;', hash='4466536246d2121abb0daf16f4e23ea0dd4ee4a1', operation='INSERT', pgid='pgtrigger_insert_insert_fd513', table='reporting_populationreference', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreference',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_populationreferenceevent" ("file_name", "file_sha256", "id", "is_used", "licence", "loaded_at", "loaded_by_id", "national_total", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_date", "slug", "source", "standing", "title") VALUES (NEW."file_name", NEW."file_sha256", NEW."id", NEW."is_used", NEW."licence", NEW."loaded_at", NEW."loaded_by_id", NEW."national_total", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference_date", NEW."slug", NEW."source", NEW."standing", NEW."title"); RETURN NULL;', hash='4fb2319af00de4b147ffe8d38035a3433a8e773c', operation='UPDATE', pgid='pgtrigger_update_update_cdf4e', table='reporting_populationreference', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreference',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_populationreferenceevent" ("file_name", "file_sha256", "id", "is_used", "licence", "loaded_at", "loaded_by_id", "national_total", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_date", "slug", "source", "standing", "title") VALUES (OLD."file_name", OLD."file_sha256", OLD."id", OLD."is_used", OLD."licence", OLD."loaded_at", OLD."loaded_by_id", OLD."national_total", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reference_date", OLD."slug", OLD."source", OLD."standing", OLD."title"); RETURN NULL;', hash='c4df4c654eadda79d0f0c76dc57a1476c97a5b5f', operation='DELETE', pgid='pgtrigger_delete_delete_354ad', table='reporting_populationreference', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revision',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9cf8fd1d2e95cc241b9fb038138bfe26eaff7315', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_52a2a', table='reporting_revision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revision',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f75e10ce338f0076d5dcb33f5d8461c988e6b648', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_9524c', table='reporting_revision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='figure',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5672ce923523b3abc2176b338a7f9cc00598db2a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_98334', table='reporting_figure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='figure',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='3c1e3d566080211f58c7413c98c14b4df09e204a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_a2876', table='reporting_figure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='figure',
            trigger=pgtrigger.compiler.Trigger(name='only_with_its_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM reporting_revision AS revision\n    JOIN reporting_submission AS submission ON submission.id = revision.submission_id\n    WHERE revision.id = NEW.revision_id AND revision.number <= submission.revision_count\n)\nTHEN\n    RAISE EXCEPTION 'version % has been submitted, and gets no further figures', NEW.revision_id;\nEND IF;\nRETURN NEW;\n", hash='5bc9e88a6d150b79901dd3e37d678bb346224241', operation='INSERT', pgid='pgtrigger_only_with_its_version_f75f8', table='reporting_figure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94267c43891504204f695a252430be4a82c8437b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_eed5c', table='reporting_reviewevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='ca362a930385b236b2d2c9822bdcfca82d9ffda2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_716df', table='reporting_reviewevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_draftvalueevent" ("field", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id", "text", "updated_at", "updated_by_id", "version", "via") VALUES (NEW."field", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."submission_id", NEW."text", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."via"); RETURN NULL;', hash='d577728dfe0f37ae97aed64bf72d45d3b3261f99', operation='INSERT', pgid='pgtrigger_insert_insert_299df', table='reporting_draftvalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_draftvalueevent" ("field", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id", "text", "updated_at", "updated_by_id", "version", "via") VALUES (NEW."field", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."submission_id", NEW."text", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."via"); RETURN NULL;', hash='c02f0caaf6ad5d475d642cdcc6f1421aefb9309e', operation='UPDATE', pgid='pgtrigger_update_update_32933', table='reporting_draftvalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalue',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='1360cb2f67a7d84761bda9614b863822ed273629', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_b0766', table='reporting_draftvalue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_draftvalueevent" ("field", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id", "text", "updated_at", "updated_by_id", "version", "via") VALUES (OLD."field", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."submission_id", OLD."text", OLD."updated_at", OLD."updated_by_id", OLD."version", OLD."via"); RETURN NULL;', hash='1a3fd3071ea22c937017bb755c1720d67924c111', operation='DELETE', pgid='pgtrigger_delete_delete_55a09', table='reporting_draftvalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalueevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='59a81b93740e703b95cec047256c8c2590d75299', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_6567c', table='reporting_draftvalueevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftvalueevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f645652d8b53e939eee558ad71617b1287374101', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_11c2d', table='reporting_draftvalueevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='cb008e2c4ee74da593d29c89515c873a2f47ea23', operation='INSERT', pgid='pgtrigger_insert_insert_b31b5', table='reporting_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='18013a7a8e406abce620385ba35964a9b9dab63f', operation='UPDATE', pgid='pgtrigger_update_update_54d8a', table='reporting_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='an_ombud_is_followed_by_one', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF OLD.role = 'ombud' AND NOT EXISTS (\n    SELECT FROM reporting_membership WHERE region_id = OLD.region_id AND role = 'ombud'\n)\nTHEN\n    RAISE EXCEPTION 'region % would be left without an ombud', OLD.region_id;\nEND IF;\nRETURN NULL;\n", hash='1d3c48b486366799a2f7c525c488f259bbb2f37a', operation='UPDATE OR DELETE', pgid='pgtrigger_an_ombud_is_followed_by_one_cd5b6', table='reporting_membership', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."region_id", OLD."role", OLD."user_id"); RETURN NULL;', hash='e0e373ad25e06518b9f1fc422884360fc95ed136', operation='DELETE', pgid='pgtrigger_delete_delete_71c9b', table='reporting_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='0febd56006302da3e0ce926fec5021bbd7a92abf', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_a0c0f', table='reporting_membership', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrate',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='cc0ba4be3bca741173b83f31648e426a3c2ccb29', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_f546f', table='reporting_publishedrate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_publishedrateevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "region_id", "source", "standing", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rate", NEW."region_id", NEW."source", NEW."standing", NEW."year"); RETURN NULL;', hash='6b6070a50c14b69ab986a2dc82feb5ee907c5474', operation='INSERT', pgid='pgtrigger_insert_insert_e8b87', table='reporting_publishedrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_publishedrateevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "region_id", "source", "standing", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rate", NEW."region_id", NEW."source", NEW."standing", NEW."year"); RETURN NULL;', hash='8ed9dd6aae28e0ee6b9134c8791e4ec8eac246dd', operation='UPDATE', pgid='pgtrigger_update_update_f53df', table='reporting_publishedrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_publishedrateevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "region_id", "source", "standing", "year") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rate", OLD."region_id", OLD."source", OLD."standing", OLD."year"); RETURN NULL;', hash='8cc8e9aa5803f4ff4a55fa7639fcd61a2b53bcb7', operation='DELETE', pgid='pgtrigger_delete_delete_61961', table='reporting_publishedrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='d7c83c90b7af1b0dc3d1c39b6917b277f231933b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_73323', table='reporting_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='76151e640eb5921205fba29d009363d3417c756a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a527c', table='reporting_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitants',
            trigger=pgtrigger.compiler.Trigger(name='stay_once_used', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM reporting_populationreference\n    WHERE is_used AND (\n        (TG_OP <> 'INSERT' AND id = OLD.reference_id) OR (TG_OP <> 'DELETE' AND id = NEW.reference_id)\n    )\n)\nTHEN\n    RAISE EXCEPTION 'a run was computed from the population reference, so its inhabitants stay';\nEND IF;\nIF TG_OP = 'DELETE' THEN\n    RETURN OLD;\nEND IF;\nRETURN NEW;\n", hash='c3c3d77d44d2ee4e5d978558f62eb564a1932726', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_stay_once_used_0e872', table='reporting_inhabitants', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitants',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f367d6775c0980d87d10629dbe039d37a0afd554', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_763c7', table='reporting_inhabitants', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitants',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_inhabitantsevent" ("id", "persons", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_id", "region_id") VALUES (NEW."id", NEW."persons", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference_id", NEW."region_id"); RETURN NULL;', hash='08925c4b97f9f9747895b746796cc264a4c97150', operation='INSERT', pgid='pgtrigger_insert_insert_f0826', table='reporting_inhabitants', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitants',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_inhabitantsevent" ("id", "persons", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_id", "region_id") VALUES (NEW."id", NEW."persons", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference_id", NEW."region_id"); RETURN NULL;', hash='76e1efbc400c6bc09f7a7a74c15ba528ade5fdea', operation='UPDATE', pgid='pgtrigger_update_update_41177', table='reporting_inhabitants', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitants',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_inhabitantsevent" ("id", "persons", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_id", "region_id") VALUES (OLD."id", OLD."persons", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reference_id", OLD."region_id"); RETURN NULL;', hash='d044d81b8deccae195da8e5a7991b0fb3225122d', operation='DELETE', pgid='pgtrigger_delete_delete_2c45a', table='reporting_inhabitants', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baseline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_baselineevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_posts", "post_type", "region_id", "source", "standing", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."planned_posts", NEW."post_type", NEW."region_id", NEW."source", NEW."standing", NEW."year"); RETURN NULL;', hash='aff129ee5ba5228f9d05db0b49f1e3c734c913e8', operation='INSERT', pgid='pgtrigger_insert_insert_66793', table='reporting_baseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baseline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_baselineevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_posts", "post_type", "region_id", "source", "standing", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planned_posts", NEW."post_type", NEW."region_id", NEW."source", NEW."standing", NEW."year"); RETURN NULL;', hash='7d36d0a90eb6887e52f43ed8f3b8dccc26c04dfb', operation='UPDATE', pgid='pgtrigger_update_update_9fd4e', table='reporting_baseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baseline',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='6aac13582fa3257f0d623aa741ea1647273c8ed5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_e16c7', table='reporting_baseline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baseline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_baselineevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_posts", "post_type", "region_id", "source", "standing", "year") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."planned_posts", OLD."post_type", OLD."region_id", OLD."source", OLD."standing", OLD."year"); RETURN NULL;', hash='7b997b1e6ce70bc9e04dcfafdd4563b42cb99d10', operation='DELETE', pgid='pgtrigger_delete_delete_2571a', table='reporting_baseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='91cae717f09c298455b32d2e1e356d8693fb1b5e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a0095', table='reporting_indicator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='01e1800b95147df701a3d8b68eb5c8b2db0ee2b4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_a64aa', table='reporting_indicator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='indicator',
            trigger=pgtrigger.compiler.Trigger(name='only_with_its_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM reporting_revision AS revision\n    JOIN reporting_submission AS submission ON submission.id = revision.submission_id\n    WHERE revision.id = NEW.revision_id AND revision.number <= submission.revision_count\n)\nTHEN\n    RAISE EXCEPTION 'version % has been submitted, and gets no further figures', NEW.revision_id;\nEND IF;\nRETURN NEW;\n", hash='d1d67eb49016c9f611cfb389831d56913231bc13', operation='INSERT', pgid='pgtrigger_only_with_its_version_dc9cd', table='reporting_indicator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_checkruleevent" ("changed_at", "changed_by_id", "code", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."code", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."code", NEW."stage"); RETURN NULL;', hash='ed7aef53e2cb541d7af899f4d5b9c84dffdfb555', operation='INSERT', pgid='pgtrigger_insert_insert_d6a83', table='reporting_checkrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_checkruleevent" ("changed_at", "changed_by_id", "code", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."code", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."code", NEW."stage"); RETURN NULL;', hash='5cc904fbcf9eb1b88366dd34808e692ce59bc78c', operation='UPDATE', pgid='pgtrigger_update_update_bc61d', table='reporting_checkrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkrule',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='fc9c3c1e6d0e5bd50e3ecf6bf9337b7a8a43f810', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_2353d', table='reporting_checkrule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_checkruleevent" ("changed_at", "changed_by_id", "code", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage") VALUES (OLD."changed_at", OLD."changed_by_id", OLD."code", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."code", OLD."stage"); RETURN NULL;', hash='82ce513fc4cf2fe13acef4c37f50f5d2637091de', operation='DELETE', pgid='pgtrigger_delete_delete_2b9da', table='reporting_checkrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkruleevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='7158d3533bf9850aae67704c1cc9d80a9ca40531', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_ca65f', table='reporting_checkruleevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkruleevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='48522735419818179a9a79f056a6257cb48be27f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e46fc', table='reporting_checkruleevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='raisedfinding',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='beaddb4ce90eb249c26bbd3a2c910516a5528a9c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0f613', table='reporting_raisedfinding', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='raisedfinding',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='759ce94deb69f767c81eb65fab39b37fd4ce2c97', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_23b31', table='reporting_raisedfinding', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revisionfinding',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='945ff34ee703b8ee30cca3fae03ec359552b60da', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3d4d7', table='reporting_revisionfinding', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revisionfinding',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='2134846ed77e1a374a85e079c2eb1b2a957da1c8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_00e7a', table='reporting_revisionfinding', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='revisionfinding',
            trigger=pgtrigger.compiler.Trigger(name='only_with_its_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM reporting_revision AS revision\n    JOIN reporting_submission AS submission ON submission.id = revision.submission_id\n    WHERE revision.id = NEW.revision_id AND revision.number <= submission.revision_count\n)\nTHEN\n    RAISE EXCEPTION 'version % has been submitted, and gets no further figures', NEW.revision_id;\nEND IF;\nRETURN NEW;\n", hash='299f291b84686277241de9c5f40413d4d576b83c', operation='INSERT', pgid='pgtrigger_only_with_its_version_f77ba', table='reporting_revisionfinding', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2bfa21910113f3ac4e31e945150fe701062d4aa8', operation='DELETE', pgid='pgtrigger_never_removed_69a31', table='reporting_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='key_stays_what_it_is', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."secret_sha256" IS DISTINCT FROM (NEW."secret_sha256"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ccc2d2733742bb668cfe09611b8aebfd19bc965d', operation='UPDATE', pgid='pgtrigger_key_stays_what_it_is_ef909', table='reporting_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='revoked_for_good', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."revoked_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='aebf9bf7ae8a59c65cc67976db1cf74d18a3e7ff', operation='UPDATE', pgid='pgtrigger_revoked_for_good_2bbf6', table='reporting_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='27ca08c7bce1cd07a97fe51c2842b100b5ab26fa', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_395aa', table='reporting_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_apitokenevent" ("created_at", "created_by_id", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "region_id", "revoked_at", "revoked_by_id", "revoked_for") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."region_id", NEW."revoked_at", NEW."revoked_by_id", NEW."revoked_for"); RETURN NULL;', hash='8af0245be42d9775d8d9a8e5c6a655958bbb5d73', operation='INSERT', pgid='pgtrigger_insert_insert_2004e', table='reporting_apitoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by_id" IS DISTINCT FROM (NEW."revoked_by_id") OR OLD."revoked_for" IS DISTINCT FROM (NEW."revoked_for"))', func='INSERT INTO "reporting_apitokenevent" ("created_at", "created_by_id", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "region_id", "revoked_at", "revoked_by_id", "revoked_for") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."region_id", NEW."revoked_at", NEW."revoked_by_id", NEW."revoked_for"); RETURN NULL;', hash='f9b16cf3f0ee8f6aebdaa79063f6308ac9ebb66f', operation='UPDATE', pgid='pgtrigger_update_update_a510c', table='reporting_apitoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_apitokenevent" ("created_at", "created_by_id", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "region_id", "revoked_at", "revoked_by_id", "revoked_for") VALUES (OLD."created_at", OLD."created_by_id", OLD."expires_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prefix", OLD."region_id", OLD."revoked_at", OLD."revoked_by_id", OLD."revoked_for"); RETURN NULL;', hash='e0bb345d6762794d5b7d07e34459b0fe831732d5', operation='DELETE', pgid='pgtrigger_delete_delete_e9aef', table='reporting_apitoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitokenevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='1ee04c3c40314dff25138c10af6ed6abcd79c0f6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_83e45', table='reporting_apitokenevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitokenevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3b4715bf3bdd61412d991a51b0f1549351bd8705', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_55c14', table='reporting_apitokenevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0bd68b03191bc399af5351c14e9a0655179608d2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b39e7', table='reporting_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='c45f1e94f037a31f484ddad8ad4a1dfaa4270641', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_1b9d0', table='reporting_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='about_its_own_report', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF (NEW.revision_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM reporting_revision WHERE id = NEW.revision_id AND submission_id = NEW.submission_id))\n    OR (NEW.event_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM reporting_reviewevent WHERE id = NEW.event_id AND submission_id = NEW.submission_id))\nTHEN\n    RAISE EXCEPTION 'a message about report % refers to another report', NEW.submission_id;\nEND IF;\nRETURN NEW;\n", hash='0c06615dd3cedb282d37926175842d4fc050f2db', operation='INSERT', pgid='pgtrigger_about_its_own_report_e3179', table='reporting_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='has_its_attachments', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF (SELECT count(*) FROM reporting_attachment WHERE message_id = NEW.id) <> NEW.attachment_count THEN\n    RAISE EXCEPTION 'message % has other attachments than the % it says', NEW.id, NEW.attachment_count;\nEND IF;\nRETURN NULL;\n", hash='249410bf9455dbe7123a740f712f60986817f096', operation='INSERT', pgid='pgtrigger_has_its_attachments_762f9', table='reporting_message', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9f1c05e7100e5db9224f8eb50a093d60071462ef', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f1a66', table='reporting_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='ed5ec3dbb8a28ad6beed06fb9a519078b1a068b9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_d3522', table='reporting_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='one_of_its_messages', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.position > (SELECT attachment_count FROM reporting_message WHERE id = NEW.message_id) THEN\n    RAISE EXCEPTION 'message % has been written, and gets no further attachments', NEW.message_id;\nEND IF;\nRETURN NEW;\n", hash='f5c7ba0452e4f3aa6a7c05c9bc47c63db2273648', operation='INSERT', pgid='pgtrigger_one_of_its_messages_b2de5', table='reporting_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readmark',
            trigger=pgtrigger.compiler.Trigger(name='reading_never_goes_back', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."last_message" < (OLD."last_message") OR NEW."last_event" < (OLD."last_event"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='52551d2e6e694674b3f379ad45daa33d44a044f9', operation='UPDATE', pgid='pgtrigger_reading_never_goes_back_c9a39', table='reporting_readmark', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readmark',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='10257d85fd336f85884b91030a046b5ceeaa16a9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_acf8e', table='reporting_readmark', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='48731459b2e7a105a6deccda4be7d95f147947d9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_53244', table='reporting_logentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logentry',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='2b61ee28b7425462f9c36704eb2b948fb50d1952', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_e638a', table='reporting_logentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logentry',
            trigger=pgtrigger.compiler.Trigger(name='fits_the_chain', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE last_sequence bigint; last_sha256 text;', func='\nPERFORM pg_advisory_xact_lock(7308331542716004);\nSELECT sequence, sha256 INTO last_sequence, last_sha256\n    FROM reporting_logentry ORDER BY sequence DESC LIMIT 1;\nIF NEW.sequence <> COALESCE(last_sequence, 0) + 1\n    OR NEW.previous_sha256 <> COALESCE(last_sha256, \'0000000000000000000000000000000000000000000000000000000000000000\')\n    OR NEW.sha256 <> encode(sha256(convert_to(concat_ws(E\'\\n\', NEW.sequence, NEW.previous_sha256, NEW.kind,\n        NEW.subject, NEW.content_sha256,\n        to_char(NEW.at AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')) || E\'\\n\', \'UTF8\')), \'hex\')\nTHEN\n    RAISE EXCEPTION \'entry % does not continue the log\', NEW.sequence;\nEND IF;\nRETURN NEW;\n', hash='747963c4ac16277b3ccf5181053cbb8c5846da47', operation='INSERT', pgid='pgtrigger_fits_the_chain_da0da', table='reporting_logentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3c100bc454fc0929d8d53ad5a4458d8d25306b9d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_216b4', table='reporting_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='3ac04b4f4e707649fd09e2b9fade2f6d6196cbff', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_a4361', table='reporting_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptfile',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='224b56d6e48832aa61393aef94c5140fb56c6abc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_12f6f', table='reporting_receiptfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptfile',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='2cf311faacd5c41407c7c7a0f037095a48f4b770', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_bcdf4', table='reporting_receiptfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extension',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bedd2f6b209ec1319f67a346a3f5d31ef8fa5b37', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d44c7', table='reporting_extension', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extension',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='050ac166f2342904599e2a70c6acd4712bd2b0fc', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_a6324', table='reporting_extension', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extension',
            trigger=pgtrigger.compiler.Trigger(name='moves_the_deadline', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nUPDATE reporting_submission SET extended_until = NEW.closes_at WHERE id = NEW.submission_id;\nRETURN NULL;\n', hash='3ae944a7a6515f2b8307b978ede9114c46ecf598', operation='INSERT', pgid='pgtrigger_moves_the_deadline_83ccd', table='reporting_extension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logcheck',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ae5805f0f2f116d0e7e16f84a0d5f3f95794d55f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_813a6', table='reporting_logcheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logcheck',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='409a164565cbfbb7a01f6e2e68d1a8e6d367d261', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_cf865', table='reporting_logcheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoice',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_mailchoiceevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rhythm", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rhythm", NEW."user_id"); RETURN NULL;', hash='660855dd0ee798860cadb07d826f46c516fff7db', operation='INSERT', pgid='pgtrigger_insert_insert_fe3f4', table='reporting_mailchoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoice',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_mailchoiceevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rhythm", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rhythm", NEW."user_id"); RETURN NULL;', hash='c3e2421fbb612fa79da8f77d1fb41b9268fd835d', operation='UPDATE', pgid='pgtrigger_update_update_925b7', table='reporting_mailchoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoice',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='1286f1cbeb0cd9e5207fba5282a1a86a83c2f94f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_39261', table='reporting_mailchoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoice',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_mailchoiceevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rhythm", "user_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rhythm", OLD."user_id"); RETURN NULL;', hash='4cc459ef1b3b27e162abb9896f623ca73d1cdcd8', operation='DELETE', pgid='pgtrigger_delete_delete_45a9e', table='reporting_mailchoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoiceevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='6d352e4186a7825995fb0b0f3175b2a3438771e1', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_16387', table='reporting_mailchoiceevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailchoiceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ef7620a3adf41427d242a7136725f165dfb6c177', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_10ea3', table='reporting_mailchoiceevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='allowed_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{pending:accepted,pending:withdrawn,pending:expired,expired:pending,expired:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='67defb0614fb7b130fd578211438efeda7a1a9ed', operation='UPDATE', pgid='pgtrigger_allowed_transitions_fd454', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='terms_stand', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."agency_roles" IS DISTINCT FROM (NEW."agency_roles") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."invited_by_id" IS DISTINCT FROM (NEW."invited_by_id") OR OLD."invited_at" IS DISTINCT FROM (NEW."invited_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='89088baea021e4fce050255bcf314fb9153be15d', operation='UPDATE', pgid='pgtrigger_terms_stand_ea124', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='links_only_grow_old', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."link_number" < (OLD."link_number"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b99bb367e35609f004c700a65478f3fd37bac957', operation='UPDATE', pgid='pgtrigger_links_only_grow_old_09062', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0fc11a2e17cf48d5575c68150e217599f0d0d5c8', operation='DELETE', pgid='pgtrigger_never_removed_3ae44', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='c634db87b5c86716d3e44ea97027eccffbbaa6c8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_55aef', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_invitationevent" ("accepted_by_id", "agency_roles", "closed_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "language", "link_number", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "sent_at", "state") VALUES (NEW."accepted_by_id", NEW."agency_roles", NEW."closed_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", NEW."language", NEW."link_number", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region_id", NEW."role", NEW."sent_at", NEW."state"); RETURN NULL;', hash='ccce83f450770c2b5ca9ca7599eca1fe2786b5a4', operation='INSERT', pgid='pgtrigger_insert_insert_67663', table='reporting_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_invitationevent" ("accepted_by_id", "agency_roles", "closed_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "language", "link_number", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "sent_at", "state") VALUES (NEW."accepted_by_id", NEW."agency_roles", NEW."closed_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", NEW."language", NEW."link_number", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region_id", NEW."role", NEW."sent_at", NEW."state"); RETURN NULL;', hash='be115f0761e2313a5de7a1af8e5a5210003e7ec3', operation='UPDATE', pgid='pgtrigger_update_update_5a53a', table='reporting_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_invitationevent" ("accepted_by_id", "agency_roles", "closed_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "language", "link_number", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "sent_at", "state") VALUES (OLD."accepted_by_id", OLD."agency_roles", OLD."closed_at", OLD."email", OLD."expires_at", OLD."id", OLD."invited_at", OLD."invited_by_id", OLD."language", OLD."link_number", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."region_id", OLD."role", OLD."sent_at", OLD."state"); RETURN NULL;', hash='9a304254b1fe335e5b772520b2b7dc0480abda18', operation='DELETE', pgid='pgtrigger_delete_delete_c6404', table='reporting_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='begins', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" = \'pending\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='1ad5dea98fc5a528cffd9d8ac67be291c5f78080', operation='INSERT', pgid='pgtrigger_begins_84932', table='reporting_invitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitationevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='187382fda9f84e1c884b625f6c5c317c7b202c29', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_d7533', table='reporting_invitationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4e23af9333b10b34d0c6446ac2e1525afd127d7a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f93e0', table='reporting_invitationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='allowed_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:approved,waiting:declined,waiting:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f75f0cfcef8a892a00d7465d29615489d56b53a9', operation='UPDATE', pgid='pgtrigger_allowed_transitions_353eb', table='reporting_ombudapplication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='terms_stand', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."invitation_id" IS DISTINCT FROM (NEW."invitation_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."applied_at" IS DISTINCT FROM (NEW."applied_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b12d9293cfd7d547211d5d46925a97cba81c3fe8', operation='UPDATE', pgid='pgtrigger_terms_stand_028d5', table='reporting_ombudapplication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5d13fa894a9e7f1faa0ed2f93e640affaf17cf6d', operation='DELETE', pgid='pgtrigger_never_removed_e68cc', table='reporting_ombudapplication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='7ccb210dda31f5d6f59e7f12638d7c0ad43ceee4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_ce118', table='reporting_ombudapplication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_ombudapplicationevent" ("applied_at", "decided_at", "decided_by_id", "id", "invitation_id", "message", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state") VALUES (NEW."applied_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."invitation_id", NEW."message", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region_id", NEW."state"); RETURN NULL;', hash='d18068b9b3abb5c4543af23612f5cba9c5f87573', operation='INSERT', pgid='pgtrigger_insert_insert_b449b', table='reporting_ombudapplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_ombudapplicationevent" ("applied_at", "decided_at", "decided_by_id", "id", "invitation_id", "message", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state") VALUES (NEW."applied_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."invitation_id", NEW."message", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region_id", NEW."state"); RETURN NULL;', hash='11c5bac0e95e1eb0e14f6b007db4bbfb25c1ea6d', operation='UPDATE', pgid='pgtrigger_update_update_7b041', table='reporting_ombudapplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_ombudapplicationevent" ("applied_at", "decided_at", "decided_by_id", "id", "invitation_id", "message", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state") VALUES (OLD."applied_at", OLD."decided_at", OLD."decided_by_id", OLD."id", OLD."invitation_id", OLD."message", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."region_id", OLD."state"); RETURN NULL;', hash='0ea31f1287a0ff1abb85992e803dedacd551b039', operation='DELETE', pgid='pgtrigger_delete_delete_3f935', table='reporting_ombudapplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplication',
            trigger=pgtrigger.compiler.Trigger(name='begins', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" = \'waiting\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='cf6fde4345b8118f82128fb832ca756f51498723', operation='INSERT', pgid='pgtrigger_begins_b08f6', table='reporting_ombudapplication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplicationevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='1d966c76b7d4c7048fdb59731c27efca77af051e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_52840', table='reporting_ombudapplicationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ombudapplicationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b634718bf79939fa540c1ae870409bfa6806e31b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0799d', table='reporting_ombudapplicationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='258af3f81be2644edd82fd35e3c1a5160ee5f245', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e1ac4', table='reporting_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='0c46b242b6246b5e45b49cea2eb0c34f46b3c8fe', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_bcf43', table='reporting_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='as_logged', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.sha256 <> encode(sha256(NEW.content), 'hex') OR NOT EXISTS (\n    SELECT FROM reporting_logentry\n    WHERE id = NEW.log_entry_id AND content_sha256 = NEW.sha256 AND subject = NEW.number AND kind = NEW.kind\n)\nTHEN\n    RAISE EXCEPTION 'document % is not the one that was logged', NEW.number;\nEND IF;\nRETURN NEW;\n", hash='56ec1d51ecd762e020de9b9f1a62809c6bd83691', operation='INSERT', pgid='pgtrigger_as_logged_1673a', table='reporting_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='eba17d7353510c9af5a596e7eff6485adf928c7e', operation='DELETE', pgid='pgtrigger_never_removed_ef70f', table='reporting_assignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='stays_with_its_report', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."submission_id" IS DISTINCT FROM (OLD."submission_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='2badd73c7009c5d23bdc0de26c36ec43fe270063', operation='UPDATE', pgid='pgtrigger_stays_with_its_report_b35bb', table='reporting_assignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f608ccef31989fadcf991c869310417fad396480', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_2fd94', table='reporting_assignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_assignmentevent" ("at", "by_id", "by_name", "id", "officer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id") VALUES (NEW."at", NEW."by_id", NEW."by_name", NEW."id", NEW."officer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."submission_id"); RETURN NULL;', hash='a5eb5cdebee79ac5d8647537302eaa9e8fc69dcb', operation='INSERT', pgid='pgtrigger_insert_insert_54688', table='reporting_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_assignmentevent" ("at", "by_id", "by_name", "id", "officer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id") VALUES (NEW."at", NEW."by_id", NEW."by_name", NEW."id", NEW."officer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."submission_id"); RETURN NULL;', hash='289e9e0d30b3aaf75a7d461d0b2ecb4390f62d1c', operation='UPDATE', pgid='pgtrigger_update_update_b6b66', table='reporting_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_assignmentevent" ("at", "by_id", "by_name", "id", "officer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "submission_id") VALUES (OLD."at", OLD."by_id", OLD."by_name", OLD."id", OLD."officer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."submission_id"); RETURN NULL;', hash='ddeed0b5ada6d983e277277fd5e581a098522c2f', operation='DELETE', pgid='pgtrigger_delete_delete_e16a7', table='reporting_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='3bf687d33d02629263cd842f7dcfaf32a655fcf5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_eb26e', table='reporting_assignmentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce4aaad5c79c4f2c8d8595f6672e64de04b8497b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dd6c4', table='reporting_assignmentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflag',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='c9d55f18bab82b46d106c6dd0cf4fec1f9b8dbd1', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_9b8d2', table='reporting_reportflag', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflag',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_reportflagevent" ("code", "data", "dismissal", "dismissed_at", "dismissed_by_id", "dismissed_by_name", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_at", "revision_id", "severity", "subject", "submission_id") VALUES (NEW."code", NEW."data", NEW."dismissal", NEW."dismissed_at", NEW."dismissed_by_id", NEW."dismissed_by_name", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."raised_at", NEW."revision_id", NEW."severity", NEW."subject", NEW."submission_id"); RETURN NULL;', hash='4e1f8746ac2d0fea3acacb00fb5e6fb542b54766', operation='INSERT', pgid='pgtrigger_insert_insert_1e701', table='reporting_reportflag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflag',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_reportflagevent" ("code", "data", "dismissal", "dismissed_at", "dismissed_by_id", "dismissed_by_name", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_at", "revision_id", "severity", "subject", "submission_id") VALUES (NEW."code", NEW."data", NEW."dismissal", NEW."dismissed_at", NEW."dismissed_by_id", NEW."dismissed_by_name", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."raised_at", NEW."revision_id", NEW."severity", NEW."subject", NEW."submission_id"); RETURN NULL;', hash='20207c22bf421ce186d56b5b6b50817db1ecd076', operation='UPDATE', pgid='pgtrigger_update_update_765da', table='reporting_reportflag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflag',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_reportflagevent" ("code", "data", "dismissal", "dismissed_at", "dismissed_by_id", "dismissed_by_name", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_at", "revision_id", "severity", "subject", "submission_id") VALUES (OLD."code", OLD."data", OLD."dismissal", OLD."dismissed_at", OLD."dismissed_by_id", OLD."dismissed_by_name", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."raised_at", OLD."revision_id", OLD."severity", OLD."subject", OLD."submission_id"); RETURN NULL;', hash='4f61390609f8f9546a1f6025699759d82784c689', operation='DELETE', pgid='pgtrigger_delete_delete_1823c', table='reporting_reportflag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflagevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='ac35125ae55d09f01665d6175a1c018593922d9d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_60aef', table='reporting_reportflagevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportflagevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e4aabb94e3514934d350788045eea0d4f553b40c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b4ac2', table='reporting_reportflagevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baselineevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='b28b38e449cfedbda10fce18bc794ec7d99f779d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_af74b', table='reporting_baselineevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='baselineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ccf92ae0c6f5e5c501a179e2544de654e20316bd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ba271', table='reporting_baselineevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='82e95025d193b6d8230327085ba45be61eb1785e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_79802', table='reporting_export', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='abd26e6a3d9d7a4bfcd109604ea15599919f5572', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_07fa2', table='reporting_export', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailfile',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e99e02942f1b207769c82b2b520156e50f155524', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3d51b', table='reporting_mailfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailfile',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='f62c979ef60b4a8df1215de87fee151521dca0c7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_373ef', table='reporting_mailfile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='214359ec0721c58cb67ff392a101a985b81fa948', operation='DELETE', pgid='pgtrigger_never_removed_859d0', table='reporting_mail', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='4bb5fb3552228779771bb6d6569bc5e0b95f6756', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_f1094', table='reporting_mail', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='sent_is_sent', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."sent_at" IS NOT NULL OR OLD."dropped_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='2b8e08c31cd6cf65057b8915297e7327fe59a4a5', operation='UPDATE', pgid='pgtrigger_sent_is_sent_821bc', table='reporting_mail', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='as_written', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."recipient" IS DISTINCT FROM (NEW."recipient") OR OLD."copy_to" IS DISTINCT FROM (NEW."copy_to") OR OLD."declinable" IS DISTINCT FROM (NEW."declinable") OR OLD."occasion" IS DISTINCT FROM (NEW."occasion") OR OLD."reporting_round_id" IS DISTINCT FROM (NEW."reporting_round_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."receipt_id" IS DISTINCT FROM (NEW."receipt_id") OR OLD."document_id" IS DISTINCT FROM (NEW."document_id") OR OLD."file_id" IS DISTINCT FROM (NEW."file_id") OR OLD."again_of_id" IS DISTINCT FROM (NEW."again_of_id") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."html" IS DISTINCT FROM (NEW."html"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='456daeedb22edf56bd64feeafd9f9437896141a1', operation='UPDATE', pgid='pgtrigger_as_written_5feac', table='reporting_mail', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='news',
            trigger=pgtrigger.compiler.Trigger(name='told_is_told', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."told_in_id" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1084b07cc1e28e61c9ff6d9d4c59e04411292f6a', operation='UPDATE OR DELETE', pgid='pgtrigger_told_is_told_b2c83', table='reporting_news', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='news',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='a0f323164468c3413a0a420536875ba1d9f3b3d6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_e7d5f', table='reporting_news', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailrequest',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='22b3f16b0503c35302a5922458b4d2c8c6cc2b47', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_64aea', table='reporting_mailrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mailrequest',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='9544c033ccc33d783010313b7a7d513e8095c3f5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_dd221', table='reporting_mailrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roundorigin',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b6f68e8ac02b23a32935f7f8a360ef48bacc4913', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b3ca0', table='reporting_roundorigin', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roundorigin',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='0440ace995c77545233e7ff53a6536024f1fc54d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_683ff', table='reporting_roundorigin', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitantsevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='d706fb97a48e572fb556c95f42782f2cd42bf287', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_fe900', table='reporting_inhabitantsevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inhabitantsevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a41fdd9dd77032a3a7b8c9dcb64ae8b4e8298aae', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a79db', table='reporting_inhabitantsevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreferenceevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='b93a2163c31f001ba0bf7c40e5b944cc2c636151', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_51f15', table='reporting_populationreferenceevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='populationreferenceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6078baa6f3cb38e8560386e82d205ba609aea503', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_02c7a', table='reporting_populationreferenceevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrateevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='b38053abf07857c266b9fb0ac582ddc0e0ae2bc2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_b3195', table='reporting_publishedrateevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publishedrateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce634bfc45196a4280158bfc713fe85defbd7801', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2e723', table='reporting_publishedrateevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='714fd6a142875a17878244744f46a89cb3df7b55', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_989e6', table='reporting_userevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='709464e11a5ccd9ba1993f356a28e81cf7711cc2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_55a8c', table='reporting_userevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userright',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='ed9fc7d7734b6d7997d6d9e735cf363d6c23f8d1', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_b8d22', table='reporting_user_user_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userright',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_userrightevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."id", NEW."permission_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='1ed70aed68e400ea46b3d4d42bb90452e34c2c89', operation='INSERT', pgid='pgtrigger_insert_insert_ec7e3', table='reporting_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userright',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_userrightevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."id", NEW."permission_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='dcdbd72eb6a901251f35cb5e6ce1f2654c96bdd9', operation='UPDATE', pgid='pgtrigger_update_update_1f101', table='reporting_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userright',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_userrightevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."id", OLD."permission_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='d8dca64f5f8a0c3c95198f3248d5d3b6be695924', operation='DELETE', pgid='pgtrigger_delete_delete_f1806', table='reporting_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrightevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='3a01e345b1a5a60797872316ff962b99c5dfd2ba', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_bf737', table='reporting_userrightevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrightevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='93914e3320bd2df1beb6749bceaab844bab963cb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_761f7', table='reporting_userrightevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='60eafb66070372dd59c6076eadbcebc0707d2038', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_893d6', table='reporting_user_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_usergroupevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='7fdf79cca7ba161d5afb4a7160af14239dced816', operation='INSERT', pgid='pgtrigger_insert_insert_c51f7', table='reporting_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_usergroupevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='75beb7d2341f192fae0a05f4b22275ea1a12a3da', operation='UPDATE', pgid='pgtrigger_update_update_41ea9', table='reporting_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_usergroupevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."group_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='c70d19f53c540876cdc5ac06289a2a62c970a3d8', operation='DELETE', pgid='pgtrigger_delete_delete_78369', table='reporting_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroupevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='8a3b9a123039c95d79ed9b39432d71b3329f5fe0', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_06ab0', table='reporting_usergroupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8dbfbc649c4aabe4a44be695e87b0c4cbdfdc29d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7d2d1', table='reporting_usergroupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroup',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='c7e4bddf6536ff08a429613da48fd17bedfab90a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_cc0eb', table='auth_group', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_rightsgroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='8a733795f2e86d797809c4188294550528cd9e5c', operation='INSERT', pgid='pgtrigger_insert_insert_852a1', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_rightsgroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='609c812f396818391a1dad240b2ac81366ddacde', operation='UPDATE', pgid='pgtrigger_update_update_d461f', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_rightsgroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='c3c33fe62e0fb3e874e7c1cfc1a912724d84eaa7', operation='DELETE', pgid='pgtrigger_delete_delete_8066c', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroupevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='01c2a5aa458dcd0a1e86876eee8f0328b51f06e8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_b663a', table='reporting_rightsgroupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rightsgroupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='75762e2349430136a62c098d0bec1e9a40679220', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_00e8e', table='reporting_rightsgroupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupright',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='b8ef03f7ab6d456f915dcd2f7ff4dc32ce3f2a38', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_70bc8', table='auth_group_permissions', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupright',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_grouprightevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."group_id", NEW."id", NEW."permission_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='33878eaa4e6d24f19d48d07d9a4f9371e2763d71', operation='INSERT', pgid='pgtrigger_insert_insert_cd4c5', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupright',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reporting_grouprightevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."group_id", NEW."id", NEW."permission_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='3efc5fc20f9dcdf6b800309989ea54c8a4145bf9', operation='UPDATE', pgid='pgtrigger_update_update_1adf0', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupright',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_grouprightevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."group_id", OLD."id", OLD."permission_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='2dd3931c80e719aa4f2e6cc20ea5a0f198c1ae7e', operation='DELETE', pgid='pgtrigger_delete_delete_af668', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grouprightevent',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='1a707f6a16b2dd71b5e003133cf51317dcffedc7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_2e7fe', table='reporting_grouprightevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grouprightevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a34a1aff397c419f3afe9ea62657eaac9636368', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6ed4b', table='reporting_grouprightevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventcontext',
            trigger=pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3f6c206bd50bb6c5ebe5368ada9a586afb4eced0', operation='DELETE', pgid='pgtrigger_never_removed_18028', table='pghistory_context', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventcontext',
            trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;", hash='d3ec07110fa347d3ac6b16a64eb5e308ced85364', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_7b4e6', table='pghistory_context', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventcontext',
            trigger=pgtrigger.compiler.Trigger(name='known_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF (NEW.id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.created_at) OR EXISTS (\n    SELECT FROM jsonb_each(jsonb_strip_nulls(OLD.metadata)) AS known\n    WHERE NEW.metadata -> known.key IS DISTINCT FROM known.value\n        AND (known.key <> 'user' OR NEW.metadata -> 'user' IS DISTINCT FROM 'null'::jsonb)\n)\nTHEN\n    RAISE EXCEPTION 'what the history says of a request or task stays: %', OLD.id;\nEND IF;\nNEW.metadata = NEW.metadata || jsonb_strip_nulls(OLD.metadata);\nRETURN NEW;\n", hash='25be28b957c312822988e6f46c01cca788c861cf', operation='UPDATE', pgid='pgtrigger_known_stays_10a5d', table='pghistory_context', when='BEFORE')),
        ),
    ]
