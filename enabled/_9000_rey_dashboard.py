"""Registers Cloud Operations. Copy into openstack_dashboard/local/enabled."""

DASHBOARD = 'rey'
ADD_INSTALLED_APPS = ['rey_dashboard']
ADD_SCSS_FILES = ['rey_dashboard/rey.scss']
