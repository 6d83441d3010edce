# Why operations failed, in the words of the service.
data "cinderkit_messages" "errors" {
  level = "ERROR"
  limit = 5
}

output "failures" {
  value = data.cinderkit_messages.errors.messages[*].text
}
