# Backups that could not be made, and why.
data "cinderkit_backups" "failed" {
  status = "error"
}

output "failed_backups" {
  value = {
    for one in data.cinderkit_backups.failed.backups : one.name => one.fail_reason
  }
}
