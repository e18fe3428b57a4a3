from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_records_by_request"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="accessrecord",
            name="access_record_account",
        ),
        migrations.AddIndex(
            model_name="accessrecord",
            index=models.Index(
                condition=models.Q(
                    (
                        "what__in",
                        [
                            "activity_exported",
                            "connection_added",
                            "connection_changed",
                            "connection_confirmed",
                            "connection_default",
                            "connection_deleted",
                            "connection_replaced",
                            "connection_tried",
                            "factor_added",
                            "factor_removed",
                            "factor_reset",
                            "locked_out",
                            "password_changed",
                            "password_set",
                            "person_activated",
                            "person_added",
                            "person_deactivated",
                            "person_renamed",
                            "records_pruned",
                            "rights_given",
                            "rights_taken",
                            "session_ended",
                            "sign_in_failed",
                            "signed_in",
                            "signed_out",
                            "views_limited",
                        ],
                    )
                ),
                fields=["-at"],
                name="access_record_account",
            ),
        ),
    ]
