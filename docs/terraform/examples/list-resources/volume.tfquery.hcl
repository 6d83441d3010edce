list "cinderkit_volume" "unbound" {
  provider         = cinderkit
  include_resource = true
  limit            = 50

  config {
    name_regex = "^records"
    status     = "available"
  }
}
